/** The engine's step and gate with the writers of this product. */
import type { Act as EngineAct } from '../engine/gate.js';
import type {
  Acting as EngineActing,
  Step as EngineStep,
  StepContext as EngineStepContext,
  Undo as EngineUndo,
} from '../engine/step.js';
import type { Writers } from './gate/writers.js';

export type Act = EngineAct<Writers>;
export type Acting = EngineActing<Writers>;
export type Step = EngineStep<Writers>;
export type StepContext = EngineStepContext<Writers>;
export type Undo = EngineUndo<Writers>;
