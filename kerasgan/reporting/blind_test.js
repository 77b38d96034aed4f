// A blind test of pairs of images. Runs in a page, or under Node.js for the tests.

// 97.5% quantile of the normal distribution.
const QUANTILE = 1.959963984540054;

// Wilson's interval of successes / count, {share, low, high}; as kerasgan.evaluation.intervals.
function wilson(successes, count) {
  const share = successes / count, z2 = QUANTILE ** 2;
  const centre = (share + z2 / (2 * count)) / (1 + z2 / count);
  const spread = Math.sqrt(share * (1 - share) / count + z2 / (4 * count ** 2));
  const half = QUANTILE * spread / (1 + z2 / count);
  return { share, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

// The result of choices, each "left", "right" or "same". `firstIsLeft` says of each pair where the
// image of the first source is. "same" counts for neither.
function tally(choices, firstIsLeft) {
  const decided = choices
    .map((choice, pair) => ({ choice, pair }))
    .filter(({ choice }) => choice !== "same");
  const first = decided.filter(
    ({ choice, pair }) => (choice === "left") === firstIsLeft[pair]
  ).length;
  const counts = { first, second: decided.length - first, same: choices.length - decided.length };
  return decided.length ? { ...counts, ...wilson(first, decided.length) } : counts;
}

// One sentence about a result of `tally`.
function verdict(result, names) {
  if (result.low > 0.5) return `${names[0]} is preferred.`;
  if (result.high < 0.5) return `${names[1]} is preferred.`;
  return "No preference is certain: the interval contains 50%.";
}

function start(test) {
  const element = (name) => document.getElementById(name);
  const choices = JSON.parse(localStorage.getItem(test.id) || "[]");

  function show() {
    const pair = test.pairs[choices.length];
    element("pair").hidden = !pair;
    element("result").hidden = Boolean(pair);
    if (!pair) return showResult();
    element("progress").textContent = `${choices.length + 1} of ${test.pairs.length}`;
    element("caption").textContent = pair.caption;
    element("left").src = pair.left;
    element("right").src = pair.right;
  }

  function choose(choice) {
    if (choices.length === test.pairs.length) return;
    choices.push(choice);
    localStorage.setItem(test.id, JSON.stringify(choices));
    show();
  }

  function showResult() {
    const result = tally(choices, test.firstIsLeft), percent = (x) => `${(100 * x).toFixed(1)}%`;
    const lines = [
      `${test.names[0]}: ${result.first}`,
      `${test.names[1]}: ${result.second}`,
      `no difference: ${result.same}`,
    ];
    if ("share" in result) {
      lines.push(
        `${test.names[0]} was chosen in ${percent(result.share)} of the decided pairs ` +
          `(95% interval ${percent(result.low)} to ${percent(result.high)}). ` +
          verdict(result, test.names)
      );
    }
    element("numbers").textContent = lines.join("\n");
    const record = { names: test.names, ...result, choices, firstIsLeft: test.firstIsLeft };
    const json = JSON.stringify(record, null, 1);
    element("save").href = `data:application/json,${encodeURIComponent(json)}`;
  }

  element("left").onclick = () => choose("left");
  element("right").onclick = () => choose("right");
  element("same").onclick = () => choose("same");
  element("undo").onclick = () => {
    choices.pop();
    localStorage.setItem(test.id, JSON.stringify(choices));
    show();
  };
  element("again").onclick = () => {
    choices.length = 0;
    localStorage.removeItem(test.id);
    show();
  };
  const keys = { ArrowLeft: "left", ArrowRight: "right", ArrowDown: "same" };
  document.onkeydown = (event) => {
    const isCommand = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (isCommand || event.repeat || !(event.key in keys)) return;
    event.preventDefault();
    choose(keys[event.key]);
  };
  show();
}

if (typeof module !== "undefined") module.exports = { wilson, tally, verdict, start };
else start(JSON.parse(document.getElementById("test").textContent));
