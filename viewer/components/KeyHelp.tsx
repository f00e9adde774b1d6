import type { JSX } from "preact";
import { closeOverlay } from "../state/overlay.ts";
import { singleKeys } from "../state/preferences.ts";
import { KEY_TEXTS } from "../texts/keys.ts";
import { TEXTS } from "../texts.ts";
import { Checkbox } from "./Checkbox.tsx";
import { Dialog } from "./Dialog.tsx";
import "./KeyHelp.css";

/** Every key, and the switch that turns single keys off. */
export function KeyHelp(): JSX.Element {
  return (
    <Dialog title={TEXTS.help} class="key-help" onClose={closeOverlay}>
      {KEY_TEXTS.map(({ place, keys }) => (
        <section key={place}>
          <h3>{place}</h3>
          <dl>
            {keys.map(([names, does]) => (
              <div key={does}>
                <dt>
                  {names.map((name) => (
                    <kbd key={name}>{name}</kbd>
                  ))}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <Checkbox
        showLabel
        label={TEXTS.singleKeys}
        isChecked={singleKeys.value}
        onChange={(isOn) => {
          singleKeys.value = isOn;
        }}
      />
    </Dialog>
  );
}
