/* Clocks that run between messages, and a board that looks stale when none come (WEB 6). No state is kept here. */
"use strict";
(() => {
  const STALE_MS = 10000;
  let lastMessage = Date.now();
  const two = (n) => String(n).padStart(2, "0");
  const tick = () => {
    const board = document.getElementById("board");
    if (!board) return;
    const stale = Date.now() - lastMessage > STALE_MS;
    board.classList.toggle("is-stale", stale);
    if (stale) return;
    board.querySelectorAll("[data-since]").forEach((clock) => {
      const seconds = Math.max(0, Math.floor((Date.now() - Number(clock.dataset.since)) / 1000));
      clock.textContent = `${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
    });
  };
  document.addEventListener("htmx:after:swap", () => { lastMessage = Date.now(); });
  document.addEventListener("DOMContentLoaded", () => setInterval(tick, 1000));
})();
