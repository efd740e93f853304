// The rollout: a slider for whole percents, and a field for up to three decimals.

import { Button } from 'react-aria-components/Button';
import { Slider, SliderThumb, SliderTrack } from 'react-aria-components/Slider';
import { strings } from '../strings.js';
import { Problem } from './problem.js';

/** As one raises a rollout. */
const STEPS = [0, 1, 5, 10, 25, 50, 100];

interface RolloutFieldProps {
  readonly rollout: string;
  readonly hasRules: boolean;
  readonly problem: string | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (rollout: string) => void;
}

export function RolloutField({ rollout, hasRules, problem, isDisabled, onChange }: RolloutFieldProps) {
  const share = Math.min(100, Math.max(0, Number(rollout.replace(',', '.')) || 0));
  return (
    <div className="rollout">
      <div className="card-head">
        <h2>{strings.fields.rollout_percentage}</h2>
        <span className="quiet">{hasRules ? strings.edit.rolloutOfOthers : strings.edit.rolloutOfAll}</span>
      </div>
      <div className="rollout-row">
        <Slider
          className="slider"
          aria-label={strings.edit.slider}
          value={share}
          minValue={0}
          maxValue={100}
          // The field's decimals must not be rounded away by looking at the slider.
          step={Number.isInteger(share) ? 1 : 0.001}
          isDisabled={isDisabled}
          onChange={(value) => onChange(String(Math.round(value)))}
        >
          <SliderTrack className="slider-track">
            <span className="slider-part" style={{ inlineSize: `${share}%` }} />
            <SliderThumb className="slider-thumb" />
          </SliderTrack>
        </Slider>
        <label className="percent">
          <span className="for-screen-readers">{strings.edit.exact}</span>
          <input
            className="input"
            inputMode="decimal"
            autoComplete="off"
            value={rollout}
            disabled={isDisabled}
            aria-invalid={problem !== undefined || undefined}
            aria-describedby={problem === undefined ? undefined : 'problem-rollout'}
            onChange={(event) => onChange(event.target.value)}
          />
          <span aria-hidden="true">%</span>
        </label>
      </div>
      <div className="rollout-steps" role="group" aria-label={strings.edit.steps}>
        {STEPS.map((step) => (
          <Button key={step} className="step" data-chosen={String(step) === rollout || undefined} isDisabled={isDisabled} onPress={() => onChange(String(step))}>
            {strings.share(step)}
          </Button>
        ))}
      </div>
      <Problem id="problem-rollout" text={problem} />
    </div>
  );
}
