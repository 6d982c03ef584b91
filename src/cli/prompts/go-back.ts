/** Thrown by a question when esc was pressed: back to the one before. Not an error, so no code. */
export class GoBack extends Error {
  constructor() {
    super('back');
    this.name = 'GoBack';
  }
}
