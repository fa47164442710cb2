import type { Exceptions } from './form.js'

/** Where plans are wrong and stay so for now, by why. */
export const unmended: Exceptions = {
  'the validator refuses the present file as well, in a folder of its own': {
    'a file that is changed and not valid': {
      'file[/srv/file8]': 'changed → failed',
    },
  },
  'visudo judges all files together, in their places': {
    'sudoers that define an alias again': {
      'sudoers[band]': 'changed → failed',
    },
  },
  'guards cannot be asked for a user who is yet to come': {
    'a command of a new user’s': {
      'command[touch ~/made]': 'unknown → changed',
    },
  },
  'apt is not tried with the packages of the change before': {
    'packages of which each needs the other gone': {
      'apt.packages[hating]': 'changed → failed',
    },
  },
  'the repository cannot be asked by a user who is yet to come': {
    'an app of a new user’s': {
      'git.checkout[/srv/app-home/code]': 'unknown → changed',
    },
  },
  'what stopping a server leaves is not worked out': {
    'a server that the run stops': {
      'mysql.user[dozing@localhost]': 'changed → failed',
    },
  },
}
