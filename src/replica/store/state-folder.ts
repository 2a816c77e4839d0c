/** The parts of a state folder. */

export const LOG_FOLDER = 'log'
export const CHECKPOINT_FOLDER = 'checkpoints'
