import fc from "fast-check";
import { expect, test } from "vitest";
import { hasNesting, parentRows, treeRows } from "../../../viewer/table/rows.ts";
import { makeTable, namesOf } from "../make-table.ts";

const table = makeTable([
  { name: "late child", parent: "id-sweep" },
  { name: "alone" },
  { name: "early child", parent: "id-sweep" },
  { name: "sweep" },
  { name: "grandchild", parent: "id-early child" },
  { name: "orphan", parent: "id-gone" },
]);
const all = Int32Array.from(table.runIds.keys());
const yes = (): boolean => true;
const no = (): boolean => false;

function tree(
  rows: Int32Array,
  hasOwnPlace: (row: number) => boolean = yes,
  isCollapsed: (row: number) => boolean = no,
): string[] {
  const { rows: shown, depth, isDim } = treeRows(table, rows, hasOwnPlace, isCollapsed);
  return namesOf(table, shown).map(
    (name, i) => "  ".repeat(depth[i] ?? 0) + (isDim[i] === 1 ? `(${name})` : name),
  );
}

test("children stand below their parent, which stands where it sorts itself", () => {
  expect(tree(all)).toEqual([
    "alone",
    "sweep",
    "  late child",
    "  early child",
    "    grandchild",
    "orphan",
  ]);
});

test("a parent without a value to sort by stands where its first child does", () => {
  const sweep = table.names.indexOf("sweep");

  expect(tree(all, (row) => row !== sweep)).toEqual([
    "sweep",
    "  late child",
    "  early child",
    "    grandchild",
    "alone",
    "orphan",
  ]);
});

test("parents of a row that matches are shown for its sake", () => {
  const grandchild = Int32Array.from([table.names.indexOf("grandchild")]);

  expect(tree(grandchild)).toEqual(["(sweep)", "  (early child)", "    grandchild"]);
});

test("the rows below a folded one are hidden, and still counted", () => {
  const sweep = table.names.indexOf("sweep");
  const shown = treeRows(table, all, yes, (row) => row === sweep);

  expect(namesOf(table, shown.rows)).toEqual(["alone", "sweep", "orphan"]);
  expect(shown.childCount.get(sweep)).toBe(2);
});

test("runs that name each other as parents are shown once each", () => {
  const circle = makeTable([
    { name: "a", parent: "id-b" },
    { name: "b", parent: "id-c" },
    { name: "c", parent: "id-a" },
    { name: "self", parent: "id-self" },
  ]);
  const rows = Int32Array.from(circle.runIds.keys());

  const shown = namesOf(circle, treeRows(circle, rows, yes, no).rows);

  expect([...shown].sort()).toEqual(["a", "b", "c", "self"]);
});

test("every row that matches is shown exactly once, whatever the parents", () => {
  const size = 12;
  const parents = fc.array(fc.nat(size - 1), { minLength: size, maxLength: size });
  fc.assert(
    fc.property(parents, fc.subarray([...Array(size).keys()]), (parentOf, matching) => {
      const random = makeTable(parentOf.map((p, i) => ({ name: `${i}`, parent: `id-${p}` })));
      const { rows } = treeRows(random, Int32Array.from(matching), (row) => row % 2 === 0, no);
      const shown = [...rows];

      expect(new Set(shown).size).toBe(shown.length);
      expect(matching.every((row) => shown.includes(row))).toBe(true);
    }),
  );
});

test("a table knows whether it has nested runs", () => {
  expect(hasNesting(table)).toBe(true);
  expect(hasNesting(makeTable([{ name: "orphan", parent: "id-gone" }]))).toBe(false);
  expect([...parentRows(makeTable([{ name: "a" }]))]).toEqual([-1]);
});
