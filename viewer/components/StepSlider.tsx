import type { JSX } from "preact";
import { ARTIFACT_TEXTS } from "../texts/artifacts.ts";
import "./StepSlider.css";

/** Chooses one of the steps at which something was logged. @param props.at - index of the one that is chosen */
export function StepSlider(props: {
  steps: readonly number[];
  at: number;
  onChoose: (at: number) => void;
}): JSX.Element {
  const { steps, at, onChoose } = props;
  return (
    <label class="step-slider">
      {ARTIFACT_TEXTS.step}
      <input
        type="range"
        min="0"
        max={steps.length - 1}
        value={at}
        onInput={(event) => onChoose(Number(event.currentTarget.value))}
      />
      <output>{steps[at]}</output>
    </label>
  );
}
