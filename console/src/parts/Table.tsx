// Rows with columns, for lists that are short enough to be drawn whole.

import type { ComponentChildren } from "preact";
import "./data.css";

export interface Column<T> {
  readonly id: string;
  readonly title: string;
  readonly cell: (item: T) => ComponentChildren;
  /** Numbers stand at the right. */
  readonly align?: "right";
  /** Leave it out where there is little room. */
  readonly wideOnly?: boolean;
  /** The title is only read out: for columns of buttons. */
  readonly titleUnseen?: boolean;
}

interface TableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  items: readonly T[];
  keyOf: (item: T) => string;
  chosen?: string | null;
  /** Called when a row is pressed; put a link or a button into the row, too, for who has no mouse. */
  onChoose?: (item: T) => void;
}

export function Table<T>({ label, columns, items, keyOf, chosen, onChoose }: TableProps<T>) {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={label}>
      <table class={`table ${onChoose ? "choosable" : ""}`}>
        <caption class="unseen">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" class={classOf(column)}>
                <span class={column.titleUnseen ? "unseen" : ""}>{column.title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr
              key={keyOf(item)}
              class={chosen === keyOf(item) ? "chosen" : ""}
              onClick={onChoose && ((event) => !isControl(event.target) && onChoose(item))}
            >
              {columns.map((column) => (
                <td key={column.id} class={classOf(column)}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf<T>(column: Column<T>): string {
  return `${column.align ?? ""} ${column.wideOnly ? "wide-only" : ""}`;
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("a, button, input, select, textarea, label") !== null;
}
