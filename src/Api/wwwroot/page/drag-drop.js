/** Lets a file be dropped on a part of the page. */
export function acceptDrops(target, dropped) {
  target.addEventListener("dragover", (event) => {
    event.preventDefault();
    target.classList.add("dropping");
  });
  target.addEventListener("dragleave", () => target.classList.remove("dropping"));
  target.addEventListener("drop", (event) => {
    event.preventDefault();
    target.classList.remove("dropping");
    if (event.dataTransfer.files.length > 0) dropped(event.dataTransfer.files[0]);
  });
}
