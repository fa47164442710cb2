import type { Exceptions } from './form.js'

/** What nobody can know before the changes ahead of it have been made, by why. */
export const unknowable: Exceptions = {
  'confirm judges the file in its place': {
    'a file that is not confirmed': {
      'file[/srv/file12]': 'changed → failed',
    },
  },
  'only the command knows what it makes': {
    'what a command makes': {
      'file[/srv/made-by/file]': 'unknown → changed',
    },
    // It may make the user.
    'files that act as deploy': {
      'file[/srv/as-missing]': 'unknown → failed',
    },
  },
  'whether a program starts and stays is known once it is started': {
    'a service that ends at once': {
      'systemd.service[state7.service]': 'changed → failed',
    },
    'a service whose program is missing': {
      'systemd.service[state9.service]': 'changed → failed',
    },
    'a service whose user is missing': {
      'systemd.service[state10.service]': 'changed → failed',
    },
    'a service whose unit changes so that it cannot start': {
      'systemd.service[worsened.service]': 'changed → failed',
    },
    'a service whose user comes after it': {
      'systemd.service[hasty.service]': 'changed → failed',
    },
    'a service whose file of settings is missing': {
      'systemd.service[unset.service]': 'changed → failed',
    },
  },
  'only the command knows whether it succeeds': {
    'a command that follows a change': {
      'command[fails]': 'changed → failed',
    },
    'a command that fails': {
      'command[false]': 'changed → failed',
    },
    'a command that is missing': {
      'command[/usr/bin/none]': 'changed → failed',
    },
    'a command that does not make its file': {
      'command[true]': 'changed → failed',
    },
    'a command that never holds': {
      'command[true]': 'changed → failed',
    },
    'a command that is due': {
      'command[true]': 'changed → failed',
    },
    'commands of a play of deploy’s': {
      'command[touch /root/x]': 'changed → failed',
    },
  },
  'the guard is a program that the run brings': {
    'commands that need what comes before': {
      'command[touch done]': 'unknown → changed',
      'command[true]': 'unknown → failed',
    },
  },
  'only the guard knows what it depends on': {
    'a command whose guard a file before it decides': {
      'command[touch /srv/decided/on]': 'ok → changed',
    },
  },
  'only the page knows what the change before it does to it': {
    'a page that is not there yet': {
      'check.http[http://127.0.0.1:9/]': 'unknown → failed',
    },
  },
  'what a package’s script does is known once it has run': {
    'packages that cannot be configured': {
      'apt.packages[sick]': 'changed → failed',
    },
    'packages that were not configured': {
      'apt.packages[sick]': 'changed → failed',
    },
  },
  'what is in a package is known once it is fetched': {
    'what needs a package of the run': {
      'systemd.service[daemon.service]': 'unknown → changed',
      'file[/srv/of-package/daemon]': 'unknown → changed',
    },
    'what a package of the run brings anyway': {
      'file[/srv/of-package/own]': 'unknown → changed',
      'command[true]': 'changed → ok',
    },
  },
  'the lists are fetched, or change, in the run': {
    'a package without lists': {
      'apt.packages[nowhere-at-all]': 'changed → failed',
    },
    'a source of packages that goes, then a package': {
      'apt.packages[other]': 'changed → failed',
    },
  },
  'what is in a commit is known once it is fetched': {
    'a checkout with a file of the commit': {
      'git.checkout[/srv/checkout10]': 'changed → failed',
    },
    'an app of a new user’s': {
      'file[/srv/app-home/code/.env]': 'unknown → changed',
    },
    'an app with requirements of its own': {
      'python.venv[/srv/tool-home/venv]': 'unknown → changed',
    },
    'a directory for a checkout and an environment': {
      'python.venv[/srv/deep-code/venv]': 'unknown → changed',
    },
    'a checkout of a play of deploy’s': {
      'file[/srv/mine/code/local]': 'unknown → changed',
    },
  },
  'only GitHub knows where else a key is': {
    'a key of another repository on GitHub': {
      'github.deployKey[acme/other web]': 'changed → failed',
    },
  },
  'only the server knows what it has': {
    'a server that the run starts': {
      'mysql.database[roused]': 'unknown → changed',
      'mysql.user[roused@localhost]': 'unknown → changed',
    },
  },
}
