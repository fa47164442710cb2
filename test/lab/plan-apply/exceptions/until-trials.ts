import type { Exceptions } from './form.js'

/** What only a trial on the host can tell, by what is to be tried. The plan will then say what the apply says. */
export const untilTrials: Exceptions = {
  'whether accounts and ids exist': {
    'a new user with a primary group that is missing': {
      'user[lost]': 'changed → failed',
    },
    'a new user with a primary group id that is missing': {
      'user[lost-id]': 'changed → failed',
    },
    'a new user with a further group that is missing': {
      'user[lost-too]': 'changed → failed',
    },
    'a new user with the uid of another': {
      'user[doppel]': 'changed → failed',
    },
    'a user with another uid, which is taken': {
      'user[taken]': 'changed → failed',
    },
    'a user with another group, which is missing': {
      'user[degrouped]': 'changed → failed',
    },
    'a user with a group that is missing': {
      'user[unjoined]': 'changed → failed',
    },
    'a group with a gid that is taken': {
      'group[group3]': 'changed → failed',
    },
    'a group with another gid that is taken': {
      'group[group5]': 'changed → failed',
    },
    'a group that is to go and is a user’s primary': {
      'group[group8]': 'changed → failed',
    },
    'a user whose group is made after them': {
      'user[early]': 'changed → failed',
    },
  },
  'whether the account is in use': {
    'a user with another uid, while it is logged in': {
      'user[busy]': 'changed → failed',
    },
    'a user to remove who is logged in': {
      'user[active]': 'changed → failed',
    },
  },
  'whose the home is': {
    'a user to remove whose home is another’s': {
      'user[guest]': 'changed → failed',
    },
  },
  'what visudo says': {
    'sudoers with an error': {
      'sudoers[wrong]': 'changed → failed',
    },
    'sudoers with an error, changed': {
      'sudoers[now-wrong]': 'changed → failed',
    },
  },
  'whether the place may be changed': {
    'sudoers in a directory that cannot be changed': {
      'sudoers[immutable]': 'changed → failed',
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
    'new things in a directory that cannot be changed': {
      'file[/srv/place7/fixed/x]': 'changed → failed',
      'directory[/srv/place7/fixed/1]': 'changed → failed',
      'symlink[/srv/place7/fixed/2]': 'changed → failed',
      'generatedSecret[/srv/place7/fixed/3]': 'changed → failed',
    },
    'new things on a read-only file system': {
      'file[/srv/place8/ro/x]': 'changed → failed',
      'directory[/srv/place8/ro/1]': 'changed → failed',
      'symlink[/srv/place8/ro/2]': 'changed → failed',
      'generatedSecret[/srv/place8/ro/3]': 'changed → failed',
    },
    'new things on a read-only bind mount': {
      'file[/srv/place9/bound/x]': 'changed → failed',
      'directory[/srv/place9/bound/1]': 'changed → failed',
      'symlink[/srv/place9/bound/2]': 'changed → failed',
      'generatedSecret[/srv/place9/bound/3]': 'changed → failed',
    },
    'new things on a full file system': {
      'file[/srv/place10/full/x]': 'changed → failed',
      'generatedSecret[/srv/place10/full/3]': 'changed → failed',
    },
    'new things on a file system without inodes': {
      'file[/srv/place11/many/x]': 'changed → failed',
      'directory[/srv/place11/many/1]': 'changed → failed',
      'symlink[/srv/place11/many/2]': 'changed → failed',
      'generatedSecret[/srv/place11/many/3]': 'changed → failed',
    },
    'new things of a name that is too long': {
      [`file[/srv/place12/${'x'.repeat(256)}]`]: 'changed → failed',
      [`directory[/srv/place12/${'x'.repeat(255)}1]`]: 'changed → failed',
      [`symlink[/srv/place12/${'x'.repeat(255)}2]`]: 'changed → failed',
      [`generatedSecret[/srv/place12/${'x'.repeat(255)}3]`]: 'changed → failed',
    },
    'new things in /proc': {
      'file[/proc/fettle-x]': 'changed → failed',
      'directory[/proc/fettle-1]': 'changed → failed',
      'symlink[/proc/fettle-2]': 'changed → failed',
      'generatedSecret[/proc/fettle-3]': 'changed → failed',
    },
    'new things in /sys': {
      'file[/sys/fettle-x]': 'changed → failed',
      'directory[/sys/fettle-1]': 'changed → failed',
      'symlink[/sys/fettle-2]': 'changed → failed',
      'generatedSecret[/sys/fettle-3]': 'changed → failed',
    },
    'directories with attributes': {
      'directory[/srv/dirs/open/a/b]': 'changed → failed',
    },
    trees: {
      'directory[/srv/trees/mixed/none]': 'changed → failed',
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
    'an SSH key of somebody who is missing': {
      'sshKey[/srv/keys-lost/id]': 'changed → failed',
    },
    'a file of somebody who goes before it': {
      'file[/srv/of-parting]': 'changed → failed',
    },
    'a user of a group that goes before them': {
      'user[late]': 'changed → failed',
    },
    'a file of somebody who is missing': {
      'file[/srv/file0]': 'changed → failed',
    },
    'a file of a group that is missing': {
      'file[/srv/file1]': 'changed → failed',
    },
    'a file that is changed for somebody who is missing': {
      'file[/srv/file4]': 'changed → failed',
    },
    'a file that is for somebody who is missing': {
      'file[/srv/file5]': 'changed → failed',
    },
    'directories with attributes': {
      'directory[/srv/dirs/lost]': 'changed → failed',
      'directory[/srv/dirs/lost-too]': 'changed → failed',
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
    'a file that is not valid': {
      'file[/srv/file7]': 'changed → failed',
    },
    'a file that is changed and not valid': {
      'file[/srv/file8]': 'changed → failed',
    },
    'a file whose validator is missing': {
      'file[/srv/file10]': 'changed → failed',
    },
  },
  'what systemd-analyze verify says': {
    'a new unit with a setting that does not exist': {
      'systemd.unit[content1.service]': 'changed → failed',
    },
    'a new unit with a value that is wrong': {
      'systemd.unit[content2.service]': 'changed → failed',
    },
    'a new unit without a command': {
      'systemd.unit[content3.service]': 'changed → failed',
    },
    'a new unit with a command that is no path': {
      'systemd.unit[content4.service]': 'changed → failed',
    },
    'a new unit with a section that does not exist': {
      'systemd.unit[content5.service]': 'changed → failed',
    },
    'a new unit with nonsense': {
      'systemd.unit[content9.service]': 'changed → failed',
    },
    'a unit that becomes one with a setting that does not exist': {
      'systemd.unit[becomes1.service]': 'changed → failed',
    },
    'a unit that becomes one with a value that is wrong': {
      'systemd.unit[becomes2.service]': 'changed → failed',
    },
    'a unit that becomes one without a command': {
      'systemd.unit[becomes3.service]': 'changed → failed',
    },
    'a timer with a time that is wrong': {
      'systemd.unit[badly.timer]': 'changed → failed',
    },
  },
  'the place of the links': {
    'a service whose links cannot be made': {
      'systemd.service[state15.service]': 'changed → failed',
    },
  },
  'the character sets of the server': {
    'a database with a character set that does not exist': {
      'mysql.database[base4]': 'changed → failed',
    },
    'a database with a collation that does not exist': {
      'mysql.database[base5]': 'changed → failed',
    },
    'a database with another collation that does not exist': {
      'mysql.database[base6]': 'changed → failed',
    },
  },
  'the tables of the server': {
    'a database user with rights on a table that is missing': {
      'mysql.user[user5@localhost]': 'changed → failed',
    },
    'a database user with rights on a table of a database that is missing': {
      'mysql.user[user6@localhost]': 'changed → failed',
    },
  },
}
