import type { Exceptions } from './form.js'

/** What only a trial on the host can tell, by what is to be tried. The plan will then say what the apply says. */
export const untilTrials: Exceptions = {
  'whether the place may be changed': {
    'new things in /proc': {
      'directory[/proc/fettle-1]': 'changed → failed',
      'symlink[/proc/fettle-2]': 'changed → failed',
    },
    'a file where there is something else': {
      'file[/srv/way0/p10]': 'changed → failed',
      'file[/srv/way0/p11]': 'changed → failed',
      'file[/srv/way0/p12]': 'changed → failed',
    },
    'a file written once where there is something else': {
      'file[/srv/way2/p10]': 'changed → failed',
      'file[/srv/way2/p11]': 'changed → failed',
    },
    'the attributes of a file where there is something else': {
      'file[/srv/way3/p10]': 'changed → failed',
      'file[/srv/way3/p11]': 'changed → failed',
    },
    'a link by force where there is something else': {
      'symlink[/srv/way6/p10]': 'changed → failed',
      'symlink[/srv/way6/p11]': 'changed → failed',
      'symlink[/srv/way6/p12]': 'changed → failed',
      'symlink[/srv/way6/p13]': 'changed → failed',
    },
    'nothing where there is something else': {
      'absent[/srv/way7/p10]': 'changed → failed',
      'absent[/srv/way7/p11]': 'changed → failed',
      'absent[/srv/way7/p12]': 'changed → failed',
    },
    'nothing at all where there is something else': {
      'absent[/srv/way8/p10]': 'changed → failed',
      'absent[/srv/way8/p11]': 'changed → failed',
      'absent[/srv/way8/p12]': 'changed → failed',
      'absent[/srv/way8/p13]': 'changed → failed',
    },
    'a secret where there is something else': {
      'generatedSecret[/srv/way9/p10]': 'changed → failed',
      'generatedSecret[/srv/way9/p11]': 'changed → failed',
    },
    'new things behind a link of deploy’s': {
      'file[/srv/place4/link/x]': 'changed → failed',
      'directory[/srv/place4/link/1]': 'changed → failed',
      'symlink[/srv/place4/link/2]': 'changed → failed',
      'generatedSecret[/srv/place4/link/3]': 'changed → failed',
    },
    'new things of a name that is too long': {
      'file[/srv/place12/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx]':
        'changed → failed',
      'directory[/srv/place12/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx1]':
        'changed → failed',
      'symlink[/srv/place12/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx2]':
        'changed → failed',
      'generatedSecret[/srv/place12/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx3]':
        'changed → failed',
    },
    trees: {
      'directory[/srv/trees/fixed]': 'changed → failed',
    },
    'trees that are to go': {
      'absent[/srv/gone-fixed]': 'changed → failed',
      'absent[/srv/gone-mounted]': 'changed → failed',
    },
    'files of a play of deploy’s': {
      'file[/srv/of-root/new]': 'changed → failed',
      'file[/srv/of-root/file]': 'changed → failed',
      'directory[/srv/of-root/dir]': 'changed → failed',
      'absent[/srv/of-root/file]': 'changed → failed',
      'symlink[/srv/of-root/link]': 'changed → failed',
    },
    'files that act as deploy': {
      'file[/srv/as-root/file]': 'changed → failed',
    },
  },
  'whether the accounts exist': {
    'a file of somebody who goes before it': {
      'file[/srv/of-parting]': 'changed → failed',
    },
    'a user of a group that goes before them': {
      'user[late]': 'changed → failed',
    },
    'files of a play of deploy’s': {
      'file[/srv/of-deploy/given]': 'changed → failed',
      'file[/srv/of-deploy/group]': 'changed → failed',
    },
    'files that act as deploy': {
      'directory[/srv/as-deploy/dir]': 'changed → failed',
    },
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
