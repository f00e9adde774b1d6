/** The keyboard help: keys and what they do, by place. */
export const KEY_TEXTS: readonly {
  readonly place: string;
  readonly keys: readonly (readonly [keys: readonly string[], does: string])[];
}[] = [
  {
    place: "Everywhere",
    keys: [
      [["Ctrl K"], "go to a page, experiment, run, metric or action"],
      [["/"], "filter"],
      [["r"], "read again"],
      [["?"], "this help"],
      [["[", "]"], "previous, next tab"],
    ],
  },
  {
    place: "Runs",
    keys: [
      [["j", "k"], "down, up; arrows move in all directions"],
      [["Enter"], "open the run; on a heading, sort (with Shift: beside the other keys)"],
      [["Space", "x"], "select (with Shift: up to here)"],
      [["→", "←"], "on a name: show or hide the runs below it"],
      [["Shift F10"], "menu of a cell or heading: value, filter, width, order"],
      [["Ctrl C"], "copy the value of the cell"],
      [["c"], "compare what is selected"],
      [["d"], "only differences"],
      [["."], "columns"],
      [["e"], "export as CSV"],
      [["g t", "g c", "g i"], "table, charts, images"],
    ],
  },
  {
    place: "Filter",
    keys: [
      [["↓", "↑"], "choose a suggestion"],
      [["Tab"], "take it"],
      [["Enter"], "apply"],
      [["Esc"], "close the list"],
    ],
  },
];
