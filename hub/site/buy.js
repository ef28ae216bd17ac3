/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `passthru recommend`: which cards fit, their order and what is said of them comes from hub/page_buy.c; here are the
 * filters by a number, and what answer/recommend_find.c does for a GPU that is to be replaced. */
"use strict";
(async () => {
  const form = document.getElementById("buy");
  const element = (id) => document.getElementById(id);
  const root = form.dataset.root;
  const most = 20;
  const vendors = { amd: "1002", intel: "8086", nvidia: "10de" };
  /* Bits of enum concern, answer/recommend.h, after those of the uses. */
  const wishes = { "low-profile": 8, "no-plug": 9, passive: 10, split: 11, encode: 12, macos: 13, chip: 14 };
  const options = ["use", "budget", "unpriced", "vram", "watts", "slots", "max-length", "no-plug", "low-profile", "passive", "encode", "decode", "split", "vendor", "guest", "beside", "gpu"];
  /* In the order in which answer/recommend_find.c looks for the one that stands in the way. */
  const filters = ["vram", "watts", "slots", "max-length", "no-plug", "low-profile", "passive", "split", "encode", "decode", "vendor", "beside", "guest"];
  const pciId = /(?<![0-9a-f])([0-9a-f]{4})[:-]([0-9a-f]{4})(?![0-9a-f])/gi;
  const choicesOf = (id) => [...element(id).options].map((option) => option.value);
  const uses = choicesOf("use");
  const guests = choicesOf("guest");
  let data;
  try {
    data = await (await fetch(`${root}buy.json`)).json();
  } catch {
    element("count").textContent = "The filters did not come: load this page again. These are all cards:";
    return;
  }

  /* ---- the question ---- */

  const boxes = (name) => [...form.querySelectorAll(`input[name=${name}]`)];
  const given = new Map(); /* what the site knows of a GPU that is to be replaced: asked for once each */

  async function learn(slug) {
    if (slug && !given.has(slug)) {
      const answer = await fetch(`${root}api/v1/devices/${slug}.json`);
      if (!answer.ok && answer.status !== 404) throw answer;
      given.set(slug, answer.ok ? await answer.json() : null);
    }
    return slug ? given.get(slug) : undefined;
  }

  /* What stands in the form; a number that the program would not take is left out, and named. */
  function question() {
    const asked = { wrong: [] };
    for (const id of options) {
      const input = element(id);
      if (!input) asked[id] = boxes(id).filter((box) => box.checked).map((box) => box.value).join(",");
      else if (input.type === "checkbox") asked[id] = input.checked;
      else if (input.type === "number") asked[id] = input.validity.valid ? Number(input.value) : 0;
      else asked[id] = input.value.trim();
      if (input && !input.validity.valid) asked.wrong.push(input);
    }
    if (asked.guest === "unknown") asked.guest = "";
    const ids = (text, count) => [...text.matchAll(pciId)].slice(0, count).map((match) => `${match[1]}-${match[2]}`.toLowerCase());
    asked.beside = [...new Set(ids(asked.beside, 1000))].slice(0, 16);
    asked.replaced = ids(asked.gpu, 1)[0] || "";
    return asked;
  }

  function commandOf(asked) {
    const words = ["passthru recommend"];
    for (const id of options) {
      if (id === "gpu") words.push(asked.replaced.replace("-", ":"));
      else if (id === "beside") words.push(...asked.beside.map((slug) => `--beside ${slug.replace("-", ":")}`));
      else if (asked[id]) words.push(asked[id] === true ? `--${id}` : `--${id} ${asked[id]}`);
    }
    return words.filter((word) => word).join(" ");
  }

  /* ---- the answer ---- */

  const atMost = (value, limit) => !limit || (value > 0 && value <= limit);
  const hasAll = (list, wanted) => !wanted || wanted.split(",").every((word) => data.parts[list].split(",").includes(word));

  function find(asked, gpu) {
    const form = gpu ? gpu.form_factor.value : "";
    const isForComputing = form === "server" || (form === "desktop" && gpu.display.value === "none");
    const use = !asked.use && isForComputing ? "llm" : asked.use;
    const place = [uses.indexOf(use), (asked.budget ? 4 : 0) + (asked.passive ? 2 : 0) + (asked.split > 1 ? 1 : 0)];
    /* card_like_vram(): no small card in place of a large one. */
    const had = !use && gpu && gpu.card ? Math.max(...gpu.card.vram_gib) : 0;
    const vram = asked.vram || (had >= 24 ? 24 : had >= 16 ? 12 : had >= 12 ? 8 : 0);
    const guest = guests.indexOf(asked.guest || (use === "macos" ? "macos" : "unknown"));
    const mayNeedModule = !gpu || (gpu.reset.value !== "vendor-reset" && gpu.reset.value !== "broken");
    const standing = (card) => data.parts[card.fit[place[0]]][place[1]];
    const isIt = (card) => card.ids.includes(asked.replaced);
    const hasItsChip = (card) => !!gpu && !!gpu.chip && card.chip === gpu.chip && card.slug.slice(0, 4) === asked.replaced.slice(0, 4);
    const fitting = data.cards.filter(
      (card) =>
        standing(card) !== null &&
        card.guests[guest] &&
        (mayNeedModule || !card.module) &&
        !asked.beside.some((slug) => card.ids.includes(slug)) &&
        (!asked.vendor || card.slug.startsWith(vendors[asked.vendor])) &&
        card.vram >= vram &&
        atMost(card.watts, asked.watts) &&
        atMost(card.slots, asked.slots) &&
        atMost(card.length, asked["max-length"]) &&
        (!asked["no-plug"] || card.no_plug) &&
        (!asked["low-profile"] || card.low_profile) &&
        (!asked.passive || card.passive) &&
        (asked.guest !== "macos" || card.macos) &&
        hasAll(card.encode, asked.encode) &&
        hasAll(card.decode, asked.decode),
    );
    const mayKeep = fitting.some((card) => isIt(card) && !card.module);
    let found = fitting.filter((card) => !isIt(card));
    const count = found.length;
    if (found.some((card) => !card.module)) found = found.filter((card) => !card.module);
    const unpriced = asked.budget && asked.unpriced ? found.filter((card) => !card.priced && card.least <= asked.budget) : [];
    found.sort((a, b) => standing(b) - standing(a) || a.guests[guest][0] - b.guests[guest][0]);
    const all = found;
    if (gpu && !mayKeep && !use) {
      const siblings = found.filter(hasItsChip).slice(0, 2);
      found = [...siblings, ...found.filter((card) => !siblings.includes(card))];
    }
    if (asked.budget) found = found.filter((card) => card.priced && card.least <= asked.budget);
    return { cards: found, unpriced, all, count, use, guest, mayKeep, hasItsChip };
  }

  /* Why nothing is found, in the words of the program. */
  function none(asked, gpu, found) {
    if (found.all.length) {
      const cheapest = found.all.filter((card) => card.priced).sort((a, b) => a.least - b.least)[0];
      return cheapest
        ? `No card fits $${asked.budget}: the cheapest with a known price is ${cheapest.name}: ${cheapest.facts}. Ask for those of unknown price too, or without a budget.`
        : `No card fits $${asked.budget}: of those that fit otherwise no price is known. Ask for those of unknown price too.`;
    }
    for (const id of filters) {
      const count = asked[id].length === 0 || !asked[id] ? 0 : find({ ...asked, [id]: typeof asked[id] === "object" ? [] : "" }, gpu).count;
      if (count) return `No card fits; ${count} ${count === 1 ? "card" : "cards"} would if it were not for --${id}: ask without it, or with another value.`;
    }
    return "No card fits: none with drivers that get security fixes, and likely to work, is known to have all of that. Ask for less.";
  }

  /* ---- the page ---- */

  function sentence(clauses, concerns) {
    return clauses.map((clause) => data.parts[clause]).filter(([whom]) => !whom || whom & concerns).map(([, text]) => text).join("; ");
  }

  function explain(asked, found) {
    const card = found.cards[0];
    const why = element("why");
    const mind = element("mind");
    why.hidden = mind.hidden = true;
    if (!card) return;
    let concerns = 1 << uses.indexOf(found.use);
    for (const [id, bit] of Object.entries(wishes)) if (id === "split" ? asked.split > 1 : asked[id]) concerns |= 1 << bit;
    if (asked.guest === "macos") concerns |= 1 << wishes.macos;
    if (found.hasItsChip(card)) concerns |= 1 << wishes.chip;
    why.textContent = `First, ${card.name}: ${sentence(card.why, concerns)}. ${data.parts[card.guests[found.guest][1]].said}`;
    mind.textContent = sentence(card.mind, concerns);
    mind.textContent = mind.textContent && `Mind: ${mind.textContent}.`;
    why.hidden = false;
    mind.hidden = !mind.textContent;
  }

  function list(into, cards, guest) {
    into.replaceChildren();
    for (const card of cards.slice(0, most)) {
      const { level, percent } = data.parts[card.guests[guest][1]];
      const item = document.createElement("li");
      const link = document.createElement("a");
      const badge = document.createElement("span");
      const facts = document.createElement("small");
      link.href = `${root}gpu/${card.slug}/`;
      link.textContent = card.name;
      badge.className = `badge ${level}`;
      badge.textContent = `${level} ${percent} %`;
      facts.textContent = card.facts;
      item.append(link, " ", badge, facts);
      into.append(item);
    }
  }

  function counted(asked, gpu, found) {
    const cards = found.cards.length;
    const about = [];
    if (asked.wrong.length) about.push(`Left out, as it is no number that fits: ${asked.wrong.map((input) => input.labels[0].textContent).join("; ")}.`);
    if (asked.gpu && !asked.replaced) about.push(`"${asked.gpu}" is not a PCI ID such as 10de:1d16.`);
    else if (asked.replaced && gpu === undefined) about.push(`What is known of ${asked.replaced.replace("-", ":")} did not come: try again.`);
    else if (gpu === null) about.push(`No GPU is known as ${asked.replaced.replace("-", ":")}.`);
    else if (gpu) about.push(`Instead of ${gpu.name}.${found.mayKeep ? " It is itself such a card: keep it, unless it has failed already." : gpu.form_factor.value === "mobile" ? " In the laptop itself no card can be added: these are for a desktop, or an external box (eGPU)." : ""}`);
    about.push(!cards ? none(asked, gpu, found) : cards > most ? `${cards} cards fit; the first ${most}:` : cards === 1 ? "One card fits:" : `${cards} cards fit:`);
    return about.join(" ");
  }

  let last = 0;
  async function show() {
    const asked = question();
    const turn = ++last;
    const gpu = await learn(asked.replaced).catch(() => undefined);
    if (turn !== last) return; /* somebody typed on */
    const found = find(asked, gpu);
    explain(asked, found);
    list(element("cards"), found.cards, found.guest);
    list(element("unpriced-cards"), found.unpriced, found.guest);
    element("unsure").hidden = !found.unpriced.length;
    element("count").textContent = counted(asked, gpu, found);
    element("command").textContent = commandOf(asked);
    const kept = new URLSearchParams();
    for (const id of options) {
      const value = id === "beside" ? asked.beside.join(" ") : id === "gpu" ? asked.replaced.replace("-", ":") : asked[id];
      if (value) kept.set(id, value === true ? "1" : value);
    }
    history.replaceState(null, "", kept.size ? `?${kept}` : location.pathname);
  }

  for (const [id, value] of new URLSearchParams(location.search)) {
    const input = options.includes(id) ? element(id) : null;
    if (!input) for (const box of options.includes(id) ? boxes(id) : []) box.checked = value.split(",").includes(box.value);
    else if (input.type === "checkbox") input.checked = value === "1";
    else input.value = value;
    if (value && ["encode", "decode", "beside"].includes(id)) element("more").open = true;
  }
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
