/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PASSTHRU_PROBE_SCAN_REPORT_H
#define PASSTHRU_PROBE_SCAN_REPORT_H

#include "core/report_draft.h"
#include "probe/scan.h"

/* What a machine says for a report about one of its GPUs: IDs, kind of machine, processor, system, kernel,
 * hypervisor, where a vBIOS was seen, and whether the IOMMU group is the GPU's own. The texts are those of
 * struct host, which has none that names anybody. */
void scan_report(const struct scan *scan, const struct scan_gpu *gpu, struct report_draft *draft);

#endif
