/** The first visit: a network that comes with the service, and a digit that draws itself until somebody draws. */

import { byId } from "./dom.js";
import { lessonList } from "./lessons.js";
import { STROKES } from "./strokes.js";

const SPEED = 240; // px a second
const REST = 1200; // ms after a digit
const TICK = 50; // ms

/** @param on {settings(): the user wants to choose the settings} */
export function welcome(on) {
  byId("welcome-settings").onclick = on.settings;
  byId("welcome-lessons").append(lessonList());
  return {
    show(isFirstVisit) {
      byId("welcome").hidden = byId("welcome-lessons").hidden = !isFirstVisit;
      document.body.classList.toggle("first-visit", isFirstVisit);
    },
  };
}

/**
 * Draws one digit after another until the first touch of the page, wherever: what is drawn counts as an act of the user, whose success takes a
 * refusal off. At once a whole one where motion is not wanted.
 * @param source the source of the page's image.
 */
export function drawByItself(source) {
  let isOver = false;
  const stop = () => {
    isOver = true;
  };
  for (const type of ["pointerdown", "keydown", "input"]) document.addEventListener(type, stop, { once: true, capture: true });
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const draw = async () => {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      source.pad.clear();
      for (const stroke of STROKES[0].strokes) source.pad.line(stroke);
      source.draw(performance.now());
      return;
    }
    for (let i = 0; !isOver; i = (i + 1) % STROKES.length) {
      source.pad.clear();
      for (const stroke of STROKES[i].strokes) {
        let at = 0;
        while (at < stroke.length - 1 && !isOver) {
          let way = 0;
          const from = at;
          while (at < stroke.length - 1 && way < (SPEED * TICK) / 1000) {
            way += Math.hypot(stroke[at + 1][0] - stroke[at][0], stroke[at + 1][1] - stroke[at][1]);
            at++;
          }
          source.pad.line(stroke.slice(from, at + 1));
          source.draw(performance.now());
          await wait(TICK);
        }
      }
      if (!isOver) await wait(REST);
    }
  };
  draw();
}
