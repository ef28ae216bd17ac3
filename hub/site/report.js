/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The form of a report, built from its schema; what its values mean is in the datalists of the page. */
"use strict";
(async () => {
  const element = (id) => document.getElementById(id);
  const form = element("report");
  const fields = element("fields");
  const answer = element("answer");
  const root = form.dataset.root;
  /* What somebody at a form knows, in the order of `passthru report new`; the rest is for programs. */
  const groups = [
    ["The attempt", ["pci_id", "outcome", "use", "stages", "symptoms", "attempts"]],
    ["The virtual machine", ["hypervisor", "hypervisor_version", "guest_os", "guest_driver", "machine_type", "firmware"]],
    ["The host", ["chassis", "machine", "cpu", "host_os", "kernel"]],
    ["The GPU", ["gpu", "subsystem", "revision", "share"]],
    ["When, and where to read more", ["date", "url", "note"]],
  ];
  const hints = { pci_id: "As lspci -nn prints it, 10de:1d16; each page of a GPU here leads to this form with its ID" };
  const ownWords = "Choose, or say it in your own words";

  function make(tag, properties, ...children) {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  }

  let schema;
  try {
    schema = await (await fetch(`${root}report.schema.json`)).json();
  } catch {
    answer.textContent = "The form did not come: load this page again, or use: passthru report new";
    return;
  }

  /* ---- fields ---- */

  const nameOf = (ref) => ref.split("/").pop();
  const resolve = (value) => (value.$ref ? { ...schema.$defs[nameOf(value.$ref)], ...value } : value);
  const wordsOf = (value) => value.enum || (value.anyOf || []).flatMap((one) => one.enum || []);
  const titleOf = (name) => name.replaceAll("_", " ").replace(/^./, (letter) => letter.toUpperCase()).replace(/\b(pci|cpu|gpu|os|id|url)\b/gi, (word) => word.toUpperCase());

  function meaning(group, word) {
    const list = element(`words-${group}`);
    const option = list && [...list.options].find((one) => one.value === word);
    return option ? option.textContent : "";
  }

  /* An input for a value of the schema: a choice, a text with known words, or a text. */
  function input(id, value) {
    const words = wordsOf(value);
    const group = value.$ref ? nameOf(value.$ref) : "";
    if (words.length && !value.anyOf) {
      const choice = make("select", { id });
      choice.add(new Option("-", ""));
      for (const word of words) choice.add(new Option(meaning(group, word) ? `${word}: ${meaning(group, word)}` : word, word));
      return choice;
    }
    const text = make(value.maxLength > 500 ? "textarea" : "input", { id, autocomplete: "off" });
    if (words.length) text.setAttribute("list", `words-${group}`);
    if (value.maxLength) text.maxLength = value.maxLength;
    if (value.pattern && !words.length) text.pattern = value.pattern.replace(/^\^|\$$/g, "") + (value.pattern.endsWith("$") ? "" : ".*");
    return text;
  }

  /* What was typed, as the program reads it: a known value however it is spelled, else somebody's own words. */
  function word(text, value) {
    const plain = text.trim().toLowerCase().replace(/[ _]/g, "-");
    const known = wordsOf(value).find((one) => one.replaceAll("_", "-") === plain);
    return known || (value.anyOf && plain && !plain.startsWith("other:") ? `other:${text.trim()}` : text.trim());
  }

  function labelled(into, control, text, hint) {
    const box = make("p", { className: "field" }, make("label", { htmlFor: control.id, textContent: text }));
    if (hint) {
      box.append(make("small", { id: `${control.id}-hint`, textContent: hint }));
      control.setAttribute("aria-describedby", `${control.id}-hint`);
      if (control.pattern) control.title = hint; /* the browser says it where the pattern does not match */
    }
    box.append(control);
    into.append(box);
  }

  /* As many rows as somebody wants, up to `most`; `row` adds one, and returns what reads it. */
  function several(name, hint, most, row) {
    const rows = [];
    const more = make("button", { type: "button", className: "plain", textContent: "One more" });
    const box = make("fieldset", { id: name }, make("legend", { textContent: titleOf(name) }));
    if (hint) box.append(make("small", { textContent: hint }));
    more.setAttribute("aria-label", `${titleOf(name)}: one more`);
    const add = () => {
      const place = make("div");
      box.append(place, more);
      rows.push(row(place, rows.length));
      more.disabled = rows.length >= most;
      return place;
    };
    more.addEventListener("click", () => add().querySelector("input, select").focus());
    add();
    fields.lastChild.append(box);
    return () => rows.map((read) => read()).filter((read) => read);
  }

  const readers = new Map(); /* field: what it says now */

  function addWords(name, value) {
    const item = value.items.$ref ? { ...resolve(value.items), $ref: value.items.$ref } : value.items;
    readers.set(name, several(name, `${value.description}. ${ownWords}`, value.maxItems, (place, number) => {
      const control = input(`${name}-${number}`, item);
      labelled(place, control, `${titleOf(name).replace(/s$/, "")} ${number + 1}`);
      return () => word(control.value, item);
    }));
  }

  function addAttempts(name, value) {
    const { fix, result } = resolve(value.items).properties;
    readers.set(name, several(name, "What was tried, whether it helped or not", value.maxItems, (place, number) => {
      const fixed = input(`fix-${number}`, { ...resolve(fix), $ref: fix.$ref });
      const ended = input(`result-${number}`, { ...resolve(result), $ref: result.$ref });
      const symptom = make("select", { id: `for-${number}` }, new Option("-", ""));
      labelled(place, fixed, `What was tried ${number + 1}`, ownWords);
      labelled(place, ended, "How that ended");
      labelled(place, symptom, "For which of the symptoms above");
      return () => {
        const seen = ["", ...readers.get("symptoms")()];
        if (seen.join("\n") !== [...symptom.options].map((option) => option.value).join("\n")) {
          const before = symptom.value;
          symptom.replaceChildren(...seen.map((one) => new Option(one || "-", one)));
          symptom.value = seen.includes(before) ? before : "";
        }
        ended.required = fixed.value.trim() !== "";
        if (!fixed.value.trim()) return null;
        return { fix: word(fixed.value, resolve(fix)), result: ended.value, ...(symptom.value ? { for: symptom.value } : {}) };
      };
    }));
  }

  function addStages(name, value) {
    const box = make("fieldset", { id: name, className: "stages" }, make("legend", { textContent: "How far it came" }));
    const state = resolve(value).additionalProperties;
    const choices = wordsOf(resolve(resolve(value).propertyNames)).map((stage) => {
      const choice = input(`stage-${stage}`, { ...resolve(state), $ref: state.$ref });
      for (const option of choice.options) option.textContent = option.value || "-";
      labelled(box, choice, meaning("stage", stage) || titleOf(stage));
      return [stage, choice];
    });
    fields.lastChild.append(box);
    readers.set(name, () => {
      const reached = choices.filter(([, choice]) => choice.value).map(([stage, choice]) => [stage, choice.value]);
      return reached.length ? Object.fromEntries(reached) : "";
    });
  }

  function addField(name, value) {
    const control = input(name, { ...resolve(value), $ref: value.$ref });
    const needed = schema.required.includes(name);
    control.required = needed;
    const isOpen = !!resolve(value).anyOf;
    /* An ID in capitals, or in a whole line of lspci -nn. */
    if (value.$ref === "#/$defs/pci_id")
      control.addEventListener("change", () => {
        control.value = (control.value.match(/[0-9a-f]{4}:[0-9a-f]{4}/i) || [control.value])[0].trim().toLowerCase();
        show();
      });
    labelled(fields.lastChild, control, titleOf(name) + (needed ? " (needed)" : ""), hints[name] || value.description + (isOpen ? `. ${ownWords}` : ""));
    readers.set(name, () => (isOpen ? word(control.value, resolve(value)) : control.value.trim()));
  }

  for (const [heading, names] of groups) {
    fields.append(make("section", {}, make("h2", { textContent: heading })));
    for (const name of names) {
      const value = schema.properties[name];
      if (name === "attempts") addAttempts(name, value);
      else if (name === "stages") addStages(name, value);
      else (value.type === "array" ? addWords : addField)(name, value);
    }
  }
  readers.set("supersedes", () => element("supersedes").value.trim());
  const now = new Date();
  element("date").value = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  const asked = new URLSearchParams(location.search).get("gpu");
  if (asked) element("pci_id").value = asked;

  /* ---- what is sent ---- */

  function report() {
    const built = {};
    for (const [name, read] of readers) {
      const value = read();
      if (typeof value === "object" ? Object.keys(value).length : value) built[name] = value;
    }
    return JSON.stringify(built, null, 2);
  }
  let kept = "";
  function show() {
    const text = report();
    element("json").textContent = text;
    if (kept) URL.revokeObjectURL(kept);
    element("file").href = kept = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  }

  const say = (...parts) => answer.append(make("p", {}, ...parts));

  /* Each problem stands at its field, and all of them below the form. */
  function forgetProblems() {
    for (const old of form.querySelectorAll(".problem")) old.remove();
    for (const old of form.querySelectorAll("[aria-invalid]")) {
      old.removeAttribute("aria-invalid");
      old.removeAttribute("aria-errormessage");
    }
    answer.replaceChildren();
  }
  function showProblems(problems) {
    say("It was not taken:");
    problems.forEach(({ field, text }, number) => {
      const at = element(field.match(/^\w*/)[0]);
      const isHere = at && form.contains(at);
      say(isHere ? make("a", { href: `#${at.id}`, textContent: `${titleOf(field)}: ${text}` }) : `${titleOf(field)}: ${text}`);
      if (!isHere) return;
      const control = at.matches("fieldset") ? at.querySelector("input, select") : at;
      const note = make("small", { className: "problem", id: `problem-${number}`, textContent: text });
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-errormessage", note.id);
      control.after(note);
      if (!number) control.focus();
    });
  }

  function showReceipt({ id, withdraw_token: token }) {
    say("Thank you. A person looks at it before it is published. Its number: ", make("code", { textContent: id }));
    if (token) {
      say("Its token: ", make("code", { textContent: token }));
      say("Keep both. Who has them can take the report back, below or by this command, and replace it by a better one; nobody else can, and the token is not shown again.");
      answer.append(make("pre", { tabIndex: 0, textContent: `curl -X DELETE -H 'Authorization: Bearer ${token}' '${new URL(`${root}v1/reports/${id}`, location.href)}'` }));
      element("withdraw-id").value = id;
      element("withdraw-token").value = token;
    } else say("It was here already.");
    answer.focus();
  }

  const bearer = (token) => (token ? { Authorization: `Bearer ${token}` } : {});

  form.addEventListener("input", show);
  show();
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    forgetProblems();
    show();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const headers = { "Content-Type": "application/json", ...bearer(element("old-token").value.trim()) };
      const sent = await fetch(`${root}v1/reports`, { method: "POST", headers, body: element("json").textContent });
      const told = await sent.json();
      if (sent.ok) showReceipt(told);
      else if (told.problems) showProblems(told.problems);
      else say(told.error);
      button.disabled = sent.ok;
    } catch {
      say("No answer came: this site takes no reports, or the network is away. Try again: a report that did arrive is not stored twice. Or save it as a file and send it later: passthru report new - <report.json");
      button.disabled = false;
    }
  });
  form.addEventListener("input", () => (form.querySelector("[type=submit]").disabled = false));

  element("withdraw").addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = element("withdrawn");
    try {
      const sent = await fetch(`${root}v1/reports/${element("withdraw-id").value}`, { method: "DELETE", headers: bearer(element("withdraw-token").value) });
      told.textContent = sent.ok ? "It is taken back." : (await sent.json()).error;
    } catch {
      told.textContent = "That did not arrive: try again.";
    }
  });
  form.hidden = element("back").hidden = false;
})();
