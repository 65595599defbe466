/** Six short lessons: each sets the page, asks a question and says where its answer is seen. */

import { byId, el } from "./dom.js";
import { linkTo } from "./state.js";

/** @param network the tag of the example that shows it best; @param state what the page shows besides. */
const LESSONS = [
  {
    title: "Watch it learn", question: "What does it find first, the place of the ink or the shape?",
    see: "Train a network, or pick one of your own, and move the slider under the film from step 0 on. A blur where ink usually is comes first, at about step 64; strokes come later.",
    state: { tab: "layers", film: 1 },
  },
  {
    title: "The bottleneck", question: "What do 32 numbers lose of a crossed seven?",
    see: "Draw a seven, then a bar through it. The difference turns blue where the bar was: digits without a bar are so common that 32 numbers do not keep it. Switch parts of the code off under Ablation.",
    state: { checkpoint: "example-strided-code-32", tab: "layers" },
  },
  {
    title: "The copying machine", question: "Why does a code of 1,568 copy a square that it never saw?",
    see: "Clear the pad and draw a square: it comes back almost as it was. The bar above says why: the code has twice as many numbers as the image, so that the network can copy without knowing digits. Compare with the code of 32.",
    state: { checkpoint: "example-strided", second: "example-strided-code-32", tab: "layers" },
  },
  {
    title: "One pixel, computed", question: "Which inputs reach one pixel, and what does padding decide?",
    see: "The left column: an even row is reached by two inputs, an odd one by three. Padding decides which row of the kernel meets which input, and with it the size. Arrow keys move the pixel.",
    state: { checkpoint: "example-strided-code-32", tab: "layers", layer: "output", map: 0, at: "13,12", unit: 1 },
  },
  {
    title: "Dotted, blocky, sharp", question: "Why are the images of zero-fill dotted?",
    see: "The three ways back side by side: zero-fill puts each maximum at the top left of four pixels, and the other three stay black whatever was learned. Nearest fills all four alike, switches know where the maximum was.",
    state: { checkpoint: "example-zero-unpool", tab: "layers", layer: "output", map: 0 },
  },
  {
    title: "The map of the code", question: "Who are the neighbours of your drawing?",
    see: "Your drawing is the star. Draw on, and it moves; its five nearest test digits are ringed. Click an empty place: it is decoded too.",
    state: { checkpoint: "example-strided-code-32", tab: "map" },
  },
];

const linkOf = (lesson, i) => linkTo({ view: "inspect", ...lesson.state, lesson: i + 1 });

/** The list of lessons, as links. */
export function lessonList() {
  return el("ol", { className: "lessons" }, ...LESSONS.map((lesson, i) => el("li", {},
    el("a", { href: linkOf(lesson, i) }, el("strong", { textContent: `${i + 1} ` }), lesson.title), el("p", { className: "hint", textContent: lesson.question }))));
}

/** Shows the lesson that the address names, or none. */
export function showLesson(number) {
  const lesson = LESSONS[number - 1];
  const box = byId("lesson");
  box.hidden = !lesson;
  if (!lesson) return;
  const next = LESSONS[number];
  box.replaceChildren(el("p", {}, el("strong", { textContent: `Lesson ${number}: ${lesson.question}` })), el("p", { textContent: lesson.see }),
    el("p", { className: "links" }, next ? el("a", { href: linkOf(next, number), textContent: `Next: ${next.title}` }) : null, byId("lesson-close-template").content.firstElementChild.cloneNode(true)));
}
