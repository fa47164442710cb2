import type { Exceptions } from './form.js'

/** Where plans are wrong and stay so for now, by why. */
export const unmended: Exceptions = {
  'visudo judges all files together, in their places': {
    'sudoers that define an alias again': {
      'sudoers[band]': 'changed → failed',
    },
  },
  'either half of the key may come or go, and one lack stands for all': {
    'SSH keys that are there': {
      'sshKey[/srv/keys-there/garbage]': 'unknown → failed',
      'sshKey[/srv/keys-there/half]': 'unknown → failed',
    },
  },
  'the uid that an earlier change takes is not worked out': {
    'two new users of one uid': {
      'user[two]': 'changed → failed',
    },
  },
  'the directories that go are not worked out': {
    'something in what goes': {
      'file[/srv/leaves/dir/file]': 'changed → failed',
      'directory[/srv/leaves/dir]':
        'create directory → create directory, and its parents /srv/leaves',
    },
  },
  'what earlier changes add to a tree is not counted': {
    'what goes with what is made in it': {
      'absent[/srv/brief]': 'remove empty directory → remove directory and 1 entry in it',
    },
  },
  'where a link leads is not worked out': {
    'one path by two ways': {
      'directory[/srv/way/dir]': 'changed → ok',
    },
    'a release behind a link that is there': {
      'file[/srv/app/current/conf]': 'unknown → changed',
      'directory[/srv/app/current/logs]': 'unknown → changed',
    },
    'a release behind a link of the run’s': {
      'file[/srv/shop/current/conf]': 'unknown → changed',
    },
    'a link that moves to another release': {
      'file[/srv/blog/current/conf]': 'content changed → create file: 0644, 6 bytes',
    },
  },
  'what earlier changes make is not told to guards': {
    'a command whose guard a file before it decides': {
      'command[false]': 'changed → ok',
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
  'what an earlier resource makes of the same file is not worked out': {
    'known hosts': {
      'knownHost[d.example]': 'unknown → changed',
    },
  },
}
