#include "core/log_conclusion.h"

#include <strings.h>

void log_evidence_add(struct log_evidence *evidence, enum symptom symptom, int rank, const char *line,
                      size_t length)
{
    static const char vbios_stage[] = "(0x30:0xffff";
    evidence->kinds += !evidence->seen[symptom];
    evidence->seen[symptom] = true;
    if (evidence->first == NO_SYMPTOM || rank < evidence->first_rank) {
        evidence->first = (int)symptom;
        evidence->first_rank = rank;
    }
    switch (symptom) {
    case SYMPTOM_NVRM_VBIOS_COPY_FAILED:
    case SYMPTOM_NOUVEAU_NO_VBIOS:
        evidence->vbios_missing = true;
        break;
    case SYMPTOM_RMINITADAPTER_FAILED:
        evidence->init_failed = true;
        for (size_t i = 0; i + sizeof vbios_stage - 1 <= length; i++)
            if (strncasecmp(line + i, vbios_stage, sizeof vbios_stage - 1) == 0)
                evidence->init_at_vbios = true;
        break;
    case SYMPTOM_NVKMS_ALLOCATION_FAILED:
        evidence->device_refused = true;
        break;
    default:
        break;
    }
}

/* RmInitAdapter, NvKmsKapiDevice and nvidia-smi fail one after the other; which of them came first tells how
 * far the driver got. A cause outside of the driver, such as a GPU that fell off the bus, comes before. */
enum log_conclusion log_conclude(const struct log_evidence *evidence, bool *sure, enum symptom *leading)
{
    *sure = false;
    *leading = (enum symptom)evidence->first;
    if (evidence->first == NO_SYMPTOM) {
        *leading = SYMPTOM_RMINITADAPTER_FAILED;
        return CONCLUSION_NOTHING;
    }
    if (evidence->vbios_missing) {
        *sure = true;
        *leading = evidence->seen[SYMPTOM_NVRM_VBIOS_COPY_FAILED] ? SYMPTOM_NVRM_VBIOS_COPY_FAILED
                                                                  : SYMPTOM_NOUVEAU_NO_VBIOS;
        return CONCLUSION_VBIOS_NOT_DELIVERED;
    }
    if (evidence->first == SYMPTOM_RMINITADAPTER_FAILED) {
        if (!evidence->init_at_vbios)
            return CONCLUSION_INIT_FAILED;
        *leading = SYMPTOM_NVRM_VBIOS_COPY_FAILED;
        return CONCLUSION_VBIOS_NOT_DELIVERED;
    }
    return evidence->first == SYMPTOM_NVKMS_ALLOCATION_FAILED ? CONCLUSION_DEVICE_REFUSED
                                                              : CONCLUSION_FIRST_CAUSE;
}

const char *log_conclusion_id(enum log_conclusion conclusion)
{
    static const char *const ids[] = {
        [CONCLUSION_NOTHING] = "nothing-known",
        [CONCLUSION_VBIOS_NOT_DELIVERED] = "vbios-not-delivered",
        [CONCLUSION_DEVICE_REFUSED] = "device-allocation-failed",
        [CONCLUSION_INIT_FAILED] = "driver-init-failed",
        [CONCLUSION_FIRST_CAUSE] = "first-cause",
    };
    return ids[conclusion];
}

const char *log_conclusion_text(enum log_conclusion conclusion, bool sure)
{
    switch (conclusion) {
    case CONCLUSION_VBIOS_NOT_DELIVERED:
        return sure
                   ? "The vBIOS never reached the driver: it says so itself, and what fails after that follows "
                     "from it."
                   : "The vBIOS most likely never reached the driver: RmInitAdapter failed with 0x30:0xffff, "
                     "which is what a missing vBIOS gives. The line that would say it for sure (Failed to copy "
                     "vbios) is not in this log.";
    case CONCLUSION_DEVICE_REFUSED:
        return "The vBIOS was delivered, but the device allocation failed: the driver got past the vBIOS and "
               "could not bring up its display core. No line of this log speaks of a missing vBIOS.";
    case CONCLUSION_INIT_FAILED:
        return "The driver could not initialise the GPU. No line of this log says that the vBIOS is missing, and "
               "the error number is not that of a missing one.";
    default:
        return "";
    }
}
