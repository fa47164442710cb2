/** What the commands need besides the command line itself. */
export { FettleError } from '../core/errors.js'
export * as fettle from '../index.js'
export { recapView } from '../views/recap.js'
export { views } from '../views/view.js'
export { errorEvent, openOutput } from './output.js'
export { runCommand } from './run-command.js'
