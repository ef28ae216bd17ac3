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
    evidence->vbios_missing |=
        symptom == SYMPTOM_NVRM_VBIOS_COPY_FAILED || symptom == SYMPTOM_NOUVEAU_NO_VBIOS;
    if (symptom == SYMPTOM_RMINITADAPTER_FAILED)
        for (size_t i = 0; i + sizeof vbios_stage - 1 <= length; i++)
            if (strncasecmp(line + i, vbios_stage, sizeof vbios_stage - 1) == 0)
                evidence->init_at_vbios = true;
}

/* RmInitAdapter, NvKmsKapiDevice and nvidia-smi fail one after the other; which of them came first says how
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
