// Moving an item of a list to another place by mouse or finger: the list is in its new order while one drags.

import { type PointerEvent, type RefObject, useState } from 'react';

/** `move` is called with the item's place and the one that it is dragged to, both from 0. */
export function useDragOrder(list: RefObject<HTMLElement | null>, move: (from: number, to: number) => void) {
  const [dragged, setDragged] = useState<number>();
  const end = (): void => setDragged(undefined);
  const handle = (index: number) => ({
    onPointerDown: (event: PointerEvent<HTMLElement>): void => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDragged(index);
    },
    onPointerMove: (event: PointerEvent<HTMLElement>): void => {
      if (dragged === undefined) return;
      const to = placeAt(list.current, event.clientY, dragged);
      if (to === dragged) return;
      move(dragged, to);
      setDragged(to);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onLostPointerCapture: end,
  });
  return { dragged, handle };
}

/** The neighbour's place once the pointer is past its middle; one step at a time, for items differ in height. */
function placeAt(list: HTMLElement | null, y: number, from: number): number {
  const middle = (index: number): number | undefined => {
    const box = list?.children[index]?.getBoundingClientRect();
    return box && (box.top + box.bottom) / 2;
  };
  const [above, below] = [middle(from - 1), middle(from + 1)];
  if (above !== undefined && y < above) return from - 1;
  if (below !== undefined && y > below) return from + 1;
  return from;
}
