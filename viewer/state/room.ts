/** Pixels that a table has on the screen. */
export interface Room {
  readonly width: number;
  readonly height: number;
}

/** What is above and below the table on its page, about: more rows than fit do no harm. */
const AROUND_TABLE = 120;

let last: Room = { width: window.innerWidth, height: window.innerHeight };

/** Room of the table as it was last seen: a table that is drawn for it need not be measured and drawn again. */
export function lastRoom(): Room {
  return last;
}

export function noteRoom(room: Room): void {
  last = room;
}

/** Takes the room from the empty page, which the browser has laid out while the script came. */
export function readEmptyPage(main: Element | null): void {
  if (main === null) return;
  noteRoom({ width: main.clientWidth, height: main.clientHeight - AROUND_TABLE });
}
