import type { Exceptions } from './form.js'

/** What only a trial on the host can tell, by what is to be tried. The plan will then say what the apply says. */
export const untilTrials: Exceptions = {
  'what the validator says': {
    'a file that is changed and not valid': {
      'file[/srv/file8]': 'changed → failed',
    },
  },
}
