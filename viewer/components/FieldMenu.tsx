import type { JSX } from "preact";
import type { Field } from "../charts/fields.ts";
import { Icon } from "./Icon.tsx";
import { MenuButton } from "./Menu.tsx";

interface FieldMenuProps {
  readonly label: string;
  readonly fields: readonly Field[];
  readonly value: string | undefined;
  /** What is meant by no field; without it there is always one. */
  readonly none?: string;
  /** With the id of a field, or an empty text for none. */
  readonly onChange: (id: string) => void;
}

/** Chooses what an axis shows. */
export function FieldMenu(props: FieldMenuProps): JSX.Element {
  const { label, fields, value, none } = props;
  const current = fields.find((field) => field.id === value);
  const items = [
    ...(none === undefined
      ? []
      : [{ label: none, isChecked: current === undefined, onChoose: () => props.onChange("") }]),
    ...fields.map((field) => ({
      label: field.name,
      hint: field.group.toLowerCase(),
      isChecked: field.id === value,
      onChoose: () => props.onChange(field.id),
    })),
  ];
  return (
    <MenuButton label={label} items={items}>
      <span class="faint">{label}</span>
      <span class="cut settings-axis">{current?.name ?? none}</span>
      <Icon name="down" size={14} />
    </MenuButton>
  );
}
