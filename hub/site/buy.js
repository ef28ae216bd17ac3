/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filters of `passthru recommend`, in its order (core/card_rank.c): how fit a card is was computed there. */
"use strict";
(async () => {
  const form = document.getElementById("buy");
  const list = document.getElementById("cards");
  const said = document.getElementById("count");
  const root = form.dataset.root;
  const most = 20;
  let data;
  try {
    data = await (await fetch(`${root}buy.json`)).json();
  } catch {
    said.textContent = "The list of cards did not come: load this page again.";
    return;
  }
  const inputs = [...form.querySelectorAll("input, select")];
  const uses = [...form.querySelector("#use").options].map((option) => option.value);

  function question() {
    const asked = {};
    for (const input of inputs) asked[input.id] = input.type === "checkbox" ? input.checked : input.type === "number" ? Number(input.value) : input.value;
    return asked;
  }

  const atMost = (value, limit) => !limit || (value > 0 && value <= limit);

  function find(asked) {
    const isMac = asked.use === "macos";
    const place = (isMac ? 0 : 8 * uses.indexOf(asked.use)) + (asked.budget ? 4 : 0) + (asked.passive ? 2 : 0) + (asked.split ? 1 : 0);
    let found = data[isMac ? "macos" : "cards"].filter(
      (card) =>
        card.fitness[place] !== null &&
        card.vram >= asked.vram &&
        atMost(card.watts, asked.watts) &&
        atMost(card.slots, asked.slots) &&
        atMost(card.length, asked.length) &&
        (!asked.vendor || card.id >>> 16 === Number(asked.vendor)) &&
        (!asked.no_plug || card.no_plug) &&
        (!asked.low_profile || card.low_profile) &&
        ["encode", "decode"].every((key) => !asked[key] || card[key].split(",").includes(asked[key])),
    );
    if (found.some((card) => !card.module)) found = found.filter((card) => !card.module);
    const values = (card) => [card.fitness[place] - (card.low ? 0 : 0.5), -card.rank, card.low > 0 ? 1 : 0, -card.low - card.high, card.reports, card.usable, card.id];
    found = found.map((card) => ({ card, order: values(card) }));
    found.sort((a, b) => {
      for (let i = 0; i < a.order.length; i++) if (a.order[i] !== b.order[i]) return b.order[i] - a.order[i];
      return a.card.name < b.card.name ? -1 : 1;
    });
    return found.map(({ card }) => card).filter((card) => !asked.budget || (card.high && card.high <= asked.budget));
  }

  function show() {
    const asked = question();
    const cards = find(asked);
    list.replaceChildren();
    for (const card of cards.slice(0, most)) {
      const item = document.createElement("li");
      const link = document.createElement("a");
      const badge = document.createElement("span");
      const facts = document.createElement("small");
      link.href = `${root}gpu/${card.slug}/`;
      link.textContent = card.name;
      badge.className = `badge ${card.level}`;
      badge.textContent = `${card.level} ${card.percent} %`;
      facts.textContent = card.facts;
      item.append(link, " ", badge, facts);
      list.append(item);
    }
    said.textContent = !cards.length ? "No card fits: ask for less." : cards.length > most ? `${cards.length} cards fit; the first ${most}:` : cards.length === 1 ? "One card fits:" : `${cards.length} cards fit:`;
    const kept = new URLSearchParams();
    for (const [key, value] of Object.entries(asked)) if (value) kept.set(key, value === true ? "1" : value);
    history.replaceState(null, "", kept.size ? `?${kept}` : location.pathname);
  }

  for (const [key, value] of new URLSearchParams(location.search)) {
    const input = inputs.find((one) => one.id === key);
    if (input && input.type === "checkbox") input.checked = value === "1";
    else if (input) input.value = value;
  }
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
})();
