import type { Exceptions } from './form.js'

/** What only a trial on the host can tell, by what is to be tried. The plan will then say what the apply says. */
export const untilTrials: Exceptions = {
  'whether the accounts exist': {
    'an environment of an owner who is missing': {
      'python.venv[/srv/venv12]': 'changed → failed',
    },
  },
  'what the validator says': {
    'a file that is changed and not valid': {
      'file[/srv/file8]': 'changed → failed',
    },
  },
}
