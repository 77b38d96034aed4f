// Elements of the page. Texts never become markup.

// An HTML element with attributes and children, which are elements or texts.
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

// The same in SVG.
export function graphic(tag, attributes = {}, ...children) {
  return filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

export function set(target, attributes) {
  for (const [name, value] of Object.entries(attributes)) target.setAttribute(name, value);
}

function filled(target, attributes, children) {
  set(target, attributes);
  target.append(...children);
  return target;
}

// Fill a container from `data`, unless it shows the same data already.
const shown = new WeakMap();
export function update(container, data, build) {
  const text = JSON.stringify(data);
  if (shown.get(container) === text) return;
  shown.set(container, text);
  container.replaceChildren(...build(data));
}

// Replace the children of a container if they are others: moving the same ones would take the focus from them.
export function replaceOthers(container, children) {
  const isSame = children.length === container.children.length &&
    children.every((child, index) => child === container.children[index]);
  if (!isSame) container.replaceChildren(...children);
}

// A table; `rows` are lists of texts or elements, of which the first is the row's heading.
export function table(head, rows) {
  const cells = head.map((text) => element("th", { scope: "col" }, text));
  const body = rows.map(([first, ...others]) =>
    element("tr", {}, element("th", { scope: "row" }, first), ...others.map((other) => element("td", {}, other)))
  );
  // Reached by the keyboard, because it may be wider than a small screen.
  return element("div", { class: "table", tabindex: 0 }, element("table", {},
    element("thead", {}, element("tr", {}, ...cells)), element("tbody", {}, ...body)));
}
