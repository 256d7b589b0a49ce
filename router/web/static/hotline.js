/* Live pages: clocks that run between messages, a page that looks stale when none come (WEB 6). No state is kept here. */
"use strict";
(() => {
  const STALE_MS = 10000;
  const SILENT_MS = 30000;
  let lastMessage = Date.now();
  const two = (n) => String(n).padStart(2, "0");
  const byId = (id) => document.getElementById(id);
  const show = (id, is) => { const note = byId(id); if (note) note.hidden = !is; };
  const lookStale = (board, stale, silent) => {
    board.classList.toggle("is-stale", stale);
    board.inert = silent;
    show("silent", silent);
    const link = byId("link");
    if (stale && link && !link.classList.contains("is-lost")) {
      link.classList.add("is-lost", "tone-bad");
      link.textContent = link.dataset.stale;
    }
  };
  const tick = () => {
    const board = byId("board");
    if (!board) return;
    const age = Date.now() - lastMessage;
    lookStale(board, age > STALE_MS, age > SILENT_MS);
    if (age > STALE_MS) return;
    board.querySelectorAll("[data-since]").forEach((clock) => {
      const seconds = Math.max(0, Math.floor((Date.now() - Number(clock.dataset.since)) / 1000));
      clock.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
    });
  };
  // Each message is the whole board: one that comes while something is open may be left out, the next one shows all.
  document.addEventListener("htmx:sse:before:message", (event) => {
    lastMessage = Date.now();
    const held = Boolean(byId("board").querySelector("details[open], dialog[open]"));
    show("held", held);
    if (held) event.preventDefault();
    else tick();
  });
  document.addEventListener("DOMContentLoaded", () => {
    setInterval(tick, 1000);
    document.addEventListener("keydown", (event) => {
      const menu = byId("menu");
      if (event.key === "Escape" && menu) menu.checked = false;
    });
  });
})();

// Passwords: looked at while they are typed, and how hard a new one is to guess, roughly: its length and variety.
for (const line of document.querySelectorAll("[data-needs-script]")) line.hidden = false;
for (const box of document.querySelectorAll("[data-shows-passwords]")) {
  const fields = [...box.form.querySelectorAll("input[type=password]")];
  box.addEventListener("change", () => { for (const field of fields) field.type = box.checked ? "text" : "password"; });
}
for (const meter of document.querySelectorAll("[data-strength-of]")) {
  const field = document.getElementById(meter.dataset.strengthOf);
  field.addEventListener("input", () => {
    const text = [...field.value], variety = new Set(text).size;
    meter.value = text.length < 12 || variety < 6 ? Math.min(1, text.length / 12) : Math.min(4, (text.length + variety) / 8);
  });
}
