/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two to four GPUs side by side: what `passthru query --json` says of each. */
"use strict";
(() => {
  const form = document.getElementById("compare");
  const input = document.getElementById("ids");
  const table = document.getElementById("table");
  const told = document.getElementById("told");
  const root = form.dataset.root;
  const most = 4;

  const range = (list) => (list && list.length ? [...new Set([list[0], list[list.length - 1]])].join(" to ") : "");
  /* As percent() in answer/parts.h, of the three decimals that both have. */
  const percent = (share) => Math.round(Math.round(share * 1000) / 10);
  const both = (value, unit) => (value || value === 0 ? `${Array.isArray(value) ? range(value) : value}${unit}` : "");
  const sure = (attribute) => (attribute.value === "unknown" ? "unknown" : `${attribute.value} (${percent(attribute.confidence)} % sure)`);
  const rows = [
    ["Verdict", (gpu) => gpu.verdict.level, true],
    ["Attempts that succeed", (gpu) => (gpu.verdict.probability === null ? "" : `${percent(gpu.verdict.probability)} % (${percent(gpu.verdict.low)} to ${percent(gpu.verdict.high)} %)`)],
    ["Reports on this ID", (gpu) => String(gpu.verdict.direct_reports)],
    ["Form factor", (gpu) => sure(gpu.form_factor)],
    ["vBIOS", (gpu) => sure(gpu.vbios)],
    ["Reset", (gpu) => sure(gpu.reset)],
    ["Display", (gpu) => sure(gpu.display)],
    ["Chip", (gpu) => gpu.chip || ""],
    ["Memory", (gpu) => both(gpu.card && gpu.card.vram_gib, " GB")],
    ["Power", (gpu) => both(gpu.card && gpu.card.board_power_w, " W")],
    ["Slots", (gpu) => both(gpu.card && gpu.card.slots, "")],
    ["Plugs", (gpu) => (gpu.card && gpu.card.power_connectors) || ""],
    ["Outputs", (gpu) => (gpu.card && gpu.card.outputs) || ""],
    ["Price", (gpu) => (gpu.card && gpu.card.price_usd ? `$${[...new Set([gpu.card.price_usd.low, gpu.card.price_usd.high])].join(" to ")} ${gpu.card.price_usd.condition} (${gpu.card.price_usd.as_of})` : "")],
    ["Encodes", (gpu) => (gpu.card && gpu.card.encode ? gpu.card.encode.join(", ") || "nothing" : "")],
    ["Last driver", (gpu) => (gpu.driver_support && gpu.driver_support.driver) || ""],
  ];

  function cell(row, tag, text) {
    const element = document.createElement(tag);
    element.textContent = text;
    row.append(element);
    return element;
  }

  let last = 0;
  async function show() {
    const turn = ++last;
    const asked = [...new Set(input.value.toLowerCase().match(/[0-9a-f]{4}:[0-9a-f]{4}/g) || [])];
    const ids = asked.slice(0, most);
    table.replaceChildren();
    told.textContent = "";
    if (ids.length < 2) {
      told.textContent = input.value ? "Give two to four PCI IDs, such as 10de:1d16 10de:1d01." : "";
      return;
    }
    const learn = async (id) => {
      const answer = await fetch(`${root}api/v1/devices/${id.replace(":", "-")}.json`);
      if (!answer.ok && answer.status !== 404) throw answer;
      return answer.ok ? answer.json() : null;
    };
    const answers = await Promise.all(ids.map(learn)).catch(() => null);
    if (turn !== last) return; /* somebody asked again */
    if (!answers) {
      told.textContent = "The data did not come: try again.";
      return;
    }
    const missing = ids.filter((id, number) => !answers[number]);
    if (missing.length) told.textContent = `No GPU is known with the PCI ID ${missing.join(", ")}. `;
    if (asked.length > most) told.textContent += `At most ${most} are shown; left out: ${asked.slice(most).join(", ")}.`;
    const gpus = answers.filter(Boolean);
    if (!gpus.length) return;
    const head = table.createTHead().insertRow();
    cell(head, "th", "").scope = "col";
    for (const gpu of gpus) {
      const heading = cell(head, "th", "");
      const link = document.createElement("a");
      heading.scope = "col";
      link.href = `${root}gpu/${gpu.pci_id.replace(":", "-")}/`;
      link.textContent = (gpu.name.match(/\[([^\]]+)\][^[]*$/) || [0, gpu.name])[1];
      heading.append(link);
    }
    const body = table.createTBody();
    for (const [label, read, isLevel] of rows) {
      const values = gpus.map(read);
      if (values.every((value) => !value)) continue;
      const row = body.insertRow();
      cell(row, "th", label).scope = "row";
      for (const value of values) {
        const box = isLevel ? cell(cell(row, "td", ""), "span", value) : cell(row, "td", value || "not known");
        if (isLevel) box.className = `badge ${value}`;
      }
      row.className = new Set(values).size > 1 ? "differs" : "same";
    }
    history.replaceState(null, "", `?ids=${ids.join("+")}`);
  }

  input.value = new URLSearchParams(location.search).get("ids") || "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    show();
  });
  form.hidden = false;
  show();
})();
