import type { JSX } from "preact";
import { openHelp } from "../state/overlay.ts";
import { isRoomy, singleKeys, theme } from "../state/preferences.ts";
import { THEMES } from "../state/theme.ts";
import { TEXTS } from "../texts.ts";
import { MenuButton } from "./Menu.tsx";

/** What one reader prefers: theme, row height, keys. */
export function SettingsMenu(): JSX.Element {
  return (
    <MenuButton
      icon="contrast"
      kind="quiet"
      label={TEXTS.settings}
      align="start"
      items={[
        ...THEMES.map((choice) => ({
          label: TEXTS.themes[choice],
          isChecked: theme.value === choice,
          onChoose: () => {
            theme.value = choice;
          },
        })),
        {
          label: TEXTS.roomyRows,
          startsGroup: true,
          isChecked: isRoomy.value,
          onChoose: () => {
            isRoomy.value = !isRoomy.value;
          },
        },
        {
          label: TEXTS.singleKeys,
          isChecked: singleKeys.value,
          onChoose: () => {
            singleKeys.value = !singleKeys.value;
          },
        },
        { label: TEXTS.help, startsGroup: true, hint: "?", icon: "help", onChoose: openHelp },
      ]}
    />
  );
}
