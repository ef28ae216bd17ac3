/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form of a report, built from its schema. */
"use strict";
(async () => {
  const form = document.getElementById("report");
  const fields = document.getElementById("fields");
  const shown = document.getElementById("json");
  const answer = document.getElementById("answer");
  const root = form.dataset.root;
  /* What somebody at a form knows; the rest is for programs. */
  const asked = ["pci_id", "outcome", "gpu", "chassis", "machine", "cpu", "hypervisor", "hypervisor_version", "host_os", "kernel", "guest_os", "guest_driver", "firmware", "machine_type", "use", "symptoms", "attempts", "date", "url", "note"];
  const say = (text) => {
    const line = document.createElement("p");
    line.textContent = text;
    answer.append(line);
  };
  let schema;
  try {
    schema = await (await fetch(`${root}report.schema.json`)).json();
  } catch {
    say("The form did not come: load this page again, or use: passthru report new");
    return;
  }

  const resolve = (value) => (value.$ref ? { ...schema.$defs[value.$ref.split("/").pop()], ...value } : value);
  const words = (value) => value.enum || (value.anyOf || []).flatMap((one) => one.enum || []);

  function input(name, value) {
    const list = words(value);
    const element = document.createElement(list.length ? "select" : name === "note" ? "textarea" : "input");
    if (list.length) for (const word of ["", ...list]) element.add(new Option(word || "-", word));
    if (value.maxLength) element.maxLength = value.maxLength;
    if (value.pattern) element.pattern = value.pattern.replace(/^\^|\$$/g, "") + (value.pattern.endsWith("$") ? "" : ".*");
    element.id = name;
    return element;
  }

  function labelled(element, text, hint) {
    const box = document.createElement("p");
    const label = document.createElement("label");
    label.htmlFor = element.id;
    label.textContent = text;
    box.append(label);
    if (hint) {
      const small = document.createElement("small");
      small.id = `${element.id}-hint`;
      small.textContent = hint;
      element.setAttribute("aria-describedby", small.id);
      box.append(small);
    }
    box.append(element);
    return box;
  }

  const readers = new Map(); /* field: what it says now */
  for (const name of asked) {
    const value = resolve(schema.properties[name]);
    const title = name.replaceAll("_", " ");
    if (name === "attempts") {
      const item = resolve(value.items);
      const rows = [];
      const box = document.createElement("fieldset");
      const legend = document.createElement("legend");
      const more = document.createElement("button");
      legend.textContent = "what was tried";
      more.type = "button";
      more.textContent = "One more";
      const add = () => {
        const fix = input(`fix-${rows.length}`, resolve(item.properties.fix));
        const result = input(`result-${rows.length}`, resolve(item.properties.result));
        rows.push([fix, result]);
        more.before(labelled(fix, "fix"), labelled(result, "result"));
      };
      more.addEventListener("click", add);
      box.append(legend, more);
      add();
      fields.append(box);
      readers.set(name, () => rows.filter(([fix, result]) => fix.value && result.value).map(([fix, result]) => ({ fix: fix.value, result: result.value })));
    } else if (value.type === "array") {
      const element = input(name, resolve(value.items));
      element.multiple = true;
      element.size = Math.min(6, element.options.length);
      element.remove(0);
      fields.append(labelled(element, title, value.description));
      readers.set(name, () => [...element.selectedOptions].map((option) => option.value).slice(0, value.maxItems));
    } else {
      const element = input(name, value);
      element.required = schema.required.includes(name);
      fields.append(labelled(element, title + (element.required ? " (needed)" : ""), value.description));
      readers.set(name, () => element.value.trim());
    }
  }
  const gpu = new URLSearchParams(location.search).get("gpu");
  if (gpu) document.getElementById("pci_id").value = gpu;

  function report() {
    const built = {};
    for (const [name, read] of readers) {
      const value = read();
      if (value.length) built[name] = value;
    }
    return JSON.stringify(built, null, 2);
  }
  const show = () => {
    shown.textContent = report();
  };
  form.addEventListener("input", show);
  show();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    answer.replaceChildren();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const sent = await fetch(`${root}v1/reports`, { method: "POST", headers: { "Content-Type": "application/json" }, body: report() });
      const told = await sent.json();
      if (sent.ok) {
        say(`Thank you. It waits for a look by a person. Its number: ${told.id}`);
        if (told.withdraw_token) say(`Keep this to take it back later (Authorization: Bearer): ${told.withdraw_token}`);
      } else if (told.problems) for (const problem of told.problems) say(`${problem.field} ${problem.text}`);
      else say(told.error);
      button.disabled = sent.ok;
    } catch {
      say("The report did not arrive: this site takes none, or the network is away. Nothing was stored; try again.");
      button.disabled = false;
    }
  });
  form.hidden = false;
})();
