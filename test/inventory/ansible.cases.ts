/**
 * Inventories for which `ansible-inventory --list` and Fettle must agree: groups, their children
 * and hosts in order, and every host's merged variables.
 */
export interface InventoryCase {
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  /** The value of `-i`; left out: the first file. */
  readonly sources?: readonly string[]
  readonly extraVars?: readonly string[]
  /** A mapping has keys of several types, which Ansible does not sort. */
  readonly unsorted?: true
}

const yaml = (name: string, text: string): InventoryCase => ({
  name: `YAML: ${name}`,
  files: { 'hosts.yml': text },
})
const ini = (name: string, text: string): InventoryCase => ({
  name: `INI: ${name}`,
  files: { 'hosts.ini': text },
})
const folder = (
  name: string,
  files: InventoryCase['files'],
  ...sources: readonly string[]
): InventoryCase => ({ name, files, sources: sources.length === 0 ? ['inventory'] : sources })

const levels = `
all:
  vars: { v: all, only_all: 1 }
  hosts:
    alone: { v: alone }
  children:
    prod:
      vars: { v: prod, only_prod: [1, { deep: yes }] }
      children:
        web:
          vars: { v: web, only_web: { a: 1 } }
          hosts:
            web1:
            web2: { v: web2, only_web: { b: 2 } }
        db:
          hosts: { db1: }
`

export const inventories: readonly InventoryCase[] = [
  yaml('hosts below all', 'all:\n  hosts:\n    a: { x: 1 }\n    b:\n'),
  yaml('nested groups, variables at every level', levels),
  yaml(
    'groups beside all, several parents, empty groups',
    `
web: { hosts: { web1: , web2: } }
db: { hosts: { db1: , web2: } }
monitored: { children: { db: , web: }, vars: { m: monitored } }
prod: { children: { web: , db: }, vars: { m: prod } }
empty:
also_empty: { hosts: , vars: , children: }
`,
  ),
  yaml(
    'a group that several parents describe a part of',
    `
all:
  children:
    north: { children: { web: { hosts: { n1: } } }, vars: { where: north } }
    south: { children: { web: { hosts: { s1: }, vars: { kind: web } } }, vars: { where: south } }
`,
  ),
  yaml(
    'depth over name, name at equal depth',
    `
z: { vars: { v: z, w: z }, hosts: { h: } }
b: { vars: { w: b }, hosts: { h: } }
p: { children: { a: { vars: { v: a }, hosts: { h: } } } }
`,
  ),
  yaml(
    'depth by the longest way',
    `
p: { children: { q: { children: { a: { vars: { v: a } } } } } }
a: { hosts: { h: } }
r: { children: { z: { vars: { v: z }, hosts: { h: } } } }
`,
  ),
  yaml(
    'ansible_group_priority',
    `
a: { vars: { v: a, ansible_group_priority: 10 }, hosts: { h: } }
b: { vars: { v: b }, hosts: { h: } }
c: { vars: { v: c, ansible_group_priority: "5" }, hosts: { h: } }
deep: { children: { d: { vars: { w: d }, hosts: { h: } } }, vars: { w: deep, ansible_group_priority: 99 } }
`,
  ),
  yaml(
    'ranges and ports',
    `
web:
  hosts:
    web[01:03].example.org: { kind: numbered }
    web[:1]:
    db-[a:c]: { kind: letter }
    rack[1:2]-[x:y]:
    step[1:9:4]:
    one:2222: { own: 1 }
    many[1:2]:2200:
  vars: { in: web }
db:
  hosts:
    db-b: { kind: again }
    one:22:
`,
  ),
  yaml(
    'odd names',
    `
all:
  children:
    web-servers: { hosts: { web-1.example.org: } }
    3tier: { hosts: { 192.0.2.7: { v: 4 } } }
    with.dots: { hosts: { under_score: , UPPER: } }
    größe: { hosts: { füße.example: } }
    two words: { hosts: { '2001:db8::7': { v: 6 }, '[2001:db8::8]:2222': , '::1': } }
    __proto__: { hosts: { constructor: }, vars: { toString: 1 } }
    c++: { hosts: { user@box: , a+b=c: } }
    "123": { hosts: { "456": } }
`,
  ),
  {
    unsorted: true,
    ...yaml(
      'scalars as PyYAML reads them',
      `
all:
  hosts:
    h:
      truths: [yes, No, on, OFF, true, False, y, n, "yes"]
      ints: [0, 12, -5, +5, 0644, 0o17, 0x1F, 0b101, 1_000, 08, 1:30, 12:30:45, -1:30]
      floats: [1.5, -1.5, 1., .5, 1e3, 1.5e+3, 1.5e3, 6.02e+23, 1_0.5, 1:30.5, 1.10]
      nothing: [~, null, Null, NULL, nil, "", '']
      dates: [2024-01-31, 2024-1-3]
      texts: ["0644", '12', !!str 5, !!str yes, 1.2.3, 192.0.2.1, "a: b", 'it''s', "\\t\\u00e9"]
      cast: [!!int "5", !!float "1.5", !!null "", !!bool "on"]
      folded: >
        two
        lines
      kept: |+
        two
          lines

      mapping: { 1: one, yes_: two, "no": three, 1.5: half }
`,
    ),
  },
  yaml(
    'numbers print as Python prints them',
    `
all:
  hosts:
    h:
      versions: [8.0, 1.10, 10.0, 1.0.0, "8.0", '1.10', 08.0, -7.0]
      floats: [0.0, -0.0, 100.0, 1_000.0, 5., .5e-0, 0.1, 0.0001, 0.00001, 1.0e-05, 1.0e+2, 1.0e+15, 1.0e+16, 9999999999999998.0, 1.0e+20, 1.0e+21, 1.0e+22, 123456789012345680000.0, 1.7976931348623157e+308, 1.0e+999, 5.0e-324, .inf, -.Inf, .nan]
      sexagesimal: [1:30.0, 190:20:30.15, 1:30:15.1, -1:30.5, 1:30, 1_0:30]
      whole: [9007199254740991, -9007199254740991, -0, +0, 0_7, 0o10, 010, 0x1F, 0b11, 12e03, +1, 12e-3]
      nested: { list: [1, [2.0, { deep: 3.0 }]], flow: {a: 4.0}, "quoted": "5.0", 6.0.1: 7.0 }
    k: { v: 8.0, w: "8.0", x: 8.00, y: 1e3 }
  vars:
    number marks: "# 8.0 #"
    plain: 8.0
`,
  ),
  yaml(
    'anchors and merges',
    `
all:
  vars: &defaults { a: 1, b: { c: 2 } }
  hosts:
    one: { <<: *defaults, a: 2 }
    two: { <<: [{ i: 1 }, *defaults] }
    three: { list: &l [1, 2], same: *l }
`,
  ),
  folder('brackets and quotes with lines at the margin, or not deeper than their name', {
    'inventory/hosts.yml': 'web:\n  hosts: { h: }\n  vars: {\n  a: 1, b: [\n1, 2 ],\nc: "x\ny" }\n',
    'inventory/group_vars/web/rules.yml': `
---
rules: [   # first
'-A INPUT -p tcp --dport 80 -j ACCEPT',

'it''s: [not] a { bracket', # ]
"nor \\" this }",
]
nested:
  - deep: {
  key: [ [1,
2], {x: y} ]
    }
    next: 1
  - "two
lines"
- 'three

lines'
"quoted name": [
1]
key: !!str "a
b"
plain: it's [no
  bracket
block: |
  [ no
  bracket
folded: >-
  { neither
after: [
 1 ]
query: "{{ lookup('x',
  y='z',
  )
}}"
long: "begins \\
and goes on \\
\t  here"
`.replace("- 'three\n\nlines'\n", ''),
    'inventory/group_vars/web/tabs.yml':
      'tabs: [\n\t1,\n\t# c\n\t2\n]\nmap: {\n\tb: 1\n}\ncomments: [1]#c\nmore: "x"#c\nblock: |#c\n  x\n',
  }),
  folder('a block text that ends without a line break', {
    'inventory/hosts.yml': 'all:\n  hosts:\n    h:\n      text: |\n        one\n        two',
    'inventory/host_vars/h/a.yml': 'kept: |+\n  x',
    'inventory/host_vars/h/b.yml': 'folded: >\n  x\n  y',
    'inventory/host_vars/h/c.yml': 'list:\n- a: |2\n     x',
    'inventory/host_vars/h/d.yml': 'commented: |\n  x\n# c',
    'inventory/host_vars/h/e.yml': 'tagged: !!str |\n  x\n  # no comment',
    'inventory/host_vars/h/f.yml': 'stripped: |-\n  x',
    'inventory/host_vars/h/g.yml': 'blank: |\n  x\n ',
    'inventory/host_vars/h/i.yml': 'windows: |\r\n  x\r\n  y',
    'inventory/host_vars/h/j.yml': '--- # c\nbegun: |\n\n  x',
  }),
  yaml(
    'of two entries of one name the later',
    'all:\n  hosts:\n    h: { a: 1, b: 2, a: 3, c: { d: 1, d: [2] } }\n    k: { e: 1 }\n    k: { f: 1 }\nweb: { hosts: { lost: } }\nweb: { hosts: { k: } }\n',
  ),
  yaml(
    'values and passwords that are encrypted',
    `
all:
  hosts:
    h:
      a: !vault |
        $ANSIBLE_VAULT;1.1;AES256
        6162
      b: [1, { c: !vault "$ANSIBLE_VAULT;1.2;AES256;dev" }]
      d: !vault-encrypted |-
        $ANSIBLE_VAULT;1.1;AES256
  vars: { e: &e !vault "x", f: *e }
`,
  ),
  yaml(
    'tags',
    'all: { hosts: { h: { a: !!float 1, b: !!float "1.5", c: !!null x, d: !!str 010, e: !!int "010", f: !!map { g: 1 }, i: !!seq [1], j: !!float 010, k: !!str } } }',
  ),
  folder('a document of every kind', {
    'inventory/hosts.yml': '%YAML 1.1\n---\nall: { hosts: { h: } }\n...\n',
    'inventory/host_vars/h/a.yml': '\ufeff# c\na: 1\n',
    'inventory/host_vars/h/b.yml': 'b: 1\r  \rc: 2\r',
    'inventory/host_vars/h/d.yml': '---\n',
    'inventory/host_vars/h/e.yml': '{e: 1}',
    'inventory/host_vars/h/f.yml': '   f: 1\n   g: 2\n',
    'inventory/host_vars/h/i.yml': '--- {i: 1}\n',
    'inventory/host_vars/h/j.yml': '# nothing\n',
  }),
  yaml(
    'groups that are called as their parts, and what is no group',
    'port: 80\nlist: [1]\nhosts:\n  hosts: { h: }\n  children: { vars: { vars: { a: 1 } } }\nvars: { hosts: { k: } }\nweb: { hosts: { h: }, environment: { a: 1 } }\n',
  ),
  yaml(
    'names that nobody would choose',
    '"web&db": { hosts: { "matrix.<your domain>": { a: 1 }, "{{ x }}": } }\n"a/b": { hosts: { "c/d": } }\n"*": { hosts: { "$h": } }\n',
  ),
  yaml(
    'one name without a mapping',
    'web:\n  hosts: web1\n  children: prod\nprod:\n  hosts: { h: }\n',
  ),
  yaml(
    'a host that ungrouped names, alone and not',
    'ungrouped: { hosts: { a: , b: }, vars: { u: 1 } }\nweb: { hosts: { b: } }\n',
  ),
  yaml(
    'a mapping replaces another',
    'all: { vars: { v: { a: 1 } } }\nweb: { vars: { v: { b: 2 } }, hosts: { h: } }\nmore: { hosts: { h: { v: { c: 3 } } } }\n',
  ),
  yaml(
    'a port counts where its host is named first',
    'a: { hosts: { "h:2222": , k: } }\nb: { hosts: { "h:2223": , "k:2224": } }\n',
  ),
  {
    name: 'JSON',
    files: {
      'hosts.json':
        '{"web": {"hosts": {"web1": {"x": [1, 2.5, null, true, "é"]}}, "vars": {"y": {"z": "t"}}}}',
    },
  },
  {
    name: 'JSON: its own numbers, in every file that can be read as it',
    files: {
      'hosts.yml':
        '{"web": {"hosts": {"h": {"a": [8.0, 1e3, 1.5e3, 1E5, 1.10, -0, -0.0, 1e-7, 1e16, 1e999]}}}}',
      'group_vars/web.json': '{\n\t"b": 8.0,\n\t"c": 2E2\n}\n',
      'host_vars/h.yml': '{"d": 8.0, "e": {"f": 1e-5}}',
      'group_vars/all.yml': '{d: 8.0, g: 1e3, h: 2.50}\n',
    },
  },
  {
    name: 'YAML without an ending',
    files: { inventory: '# hosts\nweb:\n  hosts:\n    web1: { a: 1 }\n' },
  },

  ini(
    'names that nobody would choose',
    '[a/b]\n<address> ansible_user=x\n$HOST\n{{host}} a=1\n[c&d:children]\na/b\n[!e]\nhttp://x.example\n',
  ),
  {
    name: 'INI without an ending, behind comments that look like YAML',
    files: { hosts: '#file: hosts\n# web:\n;---\n\n[web]\nweb1 a="b: c"\n' },
  },
  ini('hosts without a section', 'a\nb x=1\n\n# comment\n; comment\n  c   y=2  # comment\n'),
  ini(
    'groups, children before their sections, variables',
    `
alone
[prod:children]
web
db

[web]
web1 v=own
web2

[web:vars]
v = web
with spaces = in name and value
[db:vars]
v=db
[db]
db1
[prod:vars]
p=1
[all:vars]
v=all
q=2
[empty]
`,
  ),
  ini(
    'nested children, declared late and twice',
    `
[top:children]
middle
[middle:children]
bottom
other
[web]
w1
[bottom]
b1
[web]
w2 a=2
w1 a=1
[other:children]
web
bottom
`,
  ),
  ini(
    'ranges, ports, aliases and addresses',
    `
[web]
web[01:03].example.org kind=numbered
db-[a:c] ansible_host=192.0.2.9
one:2222 own=1
many[1:2]:2200
step[1:9:4]
jumper ansible_port=5555 ansible_host=192.0.2.50
192.0.2.7
2001:db8::7
[2001:db8::8]:2222
web-1_x.Example
[db]
one:22
`,
  ),
  ini(
    'quotes',
    `
h1 a="two words" b='two words' c="it's" d='say "x"' e="say \\"x\\"" f=back\\ slash g="\\d" h='\\d' i="" j= k=a=b l='a'"b"c
h2 a='"5"' b="'5'" c="5" d=a#b e="a#b" f="[1, 'x', {'y': None}]" g='{"a": true}' h='{"a": True}' # the end
`,
  ),
  {
    unsorted: true,
    ...ini(
      'literals of Python on a line and in a section',
      `
h a=5 b=-5 c=+5 d=1_000 e=0x1f f=0o17 g=0b11 h=1.5 i=1. j=.5 k=1e3 l=1.5e-3 m=0644 n=00 o=1__0 p=1.2.3 q=192.0.2.1 r=5s s=True t=None u=[] v={} w=() x=(1,) y=1,2 z=- aa=2024-01-31 ab=1:30
[all:vars]
b1 = [1, 2, [3, {'a': (4, 5)}]]
b2 = {'a': 1, "b": [True, False, None], 3: 4, None: 5}
b3 = "quoted"
b4 = 'a' 'b' "c"
b5 = r'\\d' '\\x41\\u00e9\\n\\q\\101'
b6 = 5 # comment
b7 = text # no comment
b8 = - 5
b9 = [1, 2
b10 = {{ template }}
b11 = yes
b12 = '''triple 'quoted' text'''
b13 = 1 + 2
b14 = "open
b15 = (1)
b16 = ~
b17 = ,
b18 = 'a',
b19 = {'a'}b
b20 = 12 34
b21 = [1,,2]
b22 = {'a': 1,}
b23 = %(x)s ; c
b24 = C:\\dir\\new
b25 = url=http://x/?a=b
`,
    ),
  },
  ini(
    'numbers print as Python prints them',
    `
h a=8.0 b=1.10 c=-0.0 d=1e999 e=-1e999 f=1e-5 g=1e16 h=0.00001 i=5. j=1e21 k=[8.0,(1.0,2)] l={8.0:1.0} ll={1e3:2} m="8.0" n='"8.0"' o=10.0.0 p=1_0.0 q=-0 r=9007199254740991 s=inf t=nan u=08.0
[all:vars]
v = 8.0
w = {'a': [1e3, -2.0]}
`,
  ),
  ini(
    'odd names',
    `
[web-servers]
web-1.example.org
UPPER
under_score
[3tier]
456
[with.dots:children]
3tier
[größe]
füße.example
[__proto__]
constructor toString=1
[c++] # comment
user@box
[web:servers:x]x
`.replace('[web:servers:x]x\n', ''),
  ),
  ini(
    'the priority of groups, and connection variables',
    `
[a]
h ansible_user=deploy ansible_password=hunter22 ansible_become=yes ansible_become_password='"0123"'
[b]
h
[a:vars]
v=a
ansible_group_priority=10
[b:vars]
v=b
ansible_ssh_private_key_file=~/.ssh/id
ansible_ssh_common_args='-o ProxyJump=bastion -F /dev/null'
`,
  ),
  {
    name: 'INI without an ending, and with another',
    files: { hosts: '[web]\nweb1\n', 'more.hosts': '[web]\nweb2 a=1\n' },
    sources: ['hosts', 'more.hosts'],
  },

  folder('group_vars over every group of the file', {
    'inventory/hosts.yml': levels,
    'inventory/group_vars/all.yml': 'v: all file\nonly_all: 2\n',
  }),
  folder('group_vars and host_vars in every form of a file', {
    'inventory/hosts.yml': levels,
    'inventory/group_vars/all.yaml': 'v: all file\nfrom: all\n',
    'inventory/group_vars/prod.json': '{"v": "prod file"}',
    'inventory/group_vars/web': 'v: web file\n',
    'inventory/host_vars/web1.yml': 'v: web1 file\nlist: [yes, 0644]\n',
    'inventory/host_vars/web2': 'x: 1\n',
    'inventory/host_vars/nobody.yml': 'x: 1\n',
    'inventory/group_vars/notes.txt': 'no: yaml: here',
  }),
  folder('group_vars and host_vars as folders, by name', {
    'inventory/hosts.yml': levels,
    'inventory/group_vars/web/b.yml': 'v: b\nb: 1\n',
    'inventory/group_vars/web/a.yml': 'v: a\na: 1\n',
    'inventory/group_vars/web/c': 'c: 1\n',
    'inventory/group_vars/web/deeper/z.yml': 'z: 1\n',
    'inventory/group_vars/web/not.d/z.yml': 'not: 1\n',
    'inventory/group_vars/web/README.md': 'not: [yaml',
    'inventory/group_vars/web/.hidden.yml': 'hidden: 1\n',
    'inventory/group_vars/web/old.yml~': 'old: 1\n',
    'inventory/host_vars/web1/one.yaml': 'one: 1\n',
    'inventory/host_vars/web1/two.json': '{"two": 2}',
  }),
  folder('of a folder, a bare file and files with endings the first counts', {
    'inventory/hosts.yml': levels,
    'inventory/group_vars/web/a.yml': 'v: folder\n',
    'inventory/group_vars/web.yml': 'v: yml\n',
    'inventory/group_vars/db': 'v: bare\n',
    'inventory/group_vars/db.yaml': 'v: yaml\n',
    'inventory/host_vars/alone.yaml': 'v: yaml\n',
    'inventory/host_vars/alone.json': '{"v": "json"}',
  }),
  folder('group_vars by depth, priority and name', {
    'inventory/hosts.yml':
      'p: { children: { a: { hosts: { h: } }, b: { hosts: { h: }, vars: { v: b } }, c: { hosts: { h: } } } }\nb: { vars: { ansible_group_priority: 7 } }\nz: { hosts: { h: } }\n',
    'inventory/group_vars/a.yml': 'v: a\nw: a\nx: a\n',
    'inventory/group_vars/b.yml': 'v: b file\n',
    'inventory/group_vars/c.yml': 'v: c\nw: c\nansible_group_priority: 99\n',
    'inventory/group_vars/p.yml': 'v: p\nw: p\nx: p\ny: p\n',
    'inventory/group_vars/z.yml': 'y: z\nx: z\n',
    'inventory/group_vars/ungrouped.yml': 'u: 1\n',
  }),
  folder('group_vars beside INI', {
    'inventory/hosts': '[web]\nweb1 v=host\nweb2\n[web:vars]\nv=web\nw=web\n',
    'inventory/group_vars/all.yml': 'v: all file\nw: all file\nx: all file\n',
    'inventory/group_vars/web.yml': 'x: web file\n',
    'inventory/host_vars/web1.yml': 'v: host file\n',
  }),
  folder(
    'several inventories with files of their own',
    {
      'a/hosts.yml':
        'web: { vars: { v: a, w: a }, hosts: { h: { x: a } } }\nparent: { children: { web: } }\n',
      'a/group_vars/web.yml': 'f: a\ng: a\n',
      'a/host_vars/h.yml': 'i: a\nj: a\n',
      'a/group_vars/all.yml': 'k: a\n',
      'b/prod.ini': '[web]\nh x=b\nk\n[web:vars]\nv=b\n[late:children]\nweb\n',
      'b/group_vars/parent.yml': 'f: b\n',
      'b/host_vars/h.yml': 'i: b\n',
      'b/group_vars/all.yml': 'k: b\nl: b\n',
    },
    'a',
    'b/prod.ini',
  ),
  folder(
    'an inventory twice: its variables count at the last place',
    {
      'a/one.yml': 'web: { hosts: { h: } }\n',
      'a/two.yml': 'web: { hosts: { k: } }\n',
      'a/group_vars/web.yml': 'v: a\n',
      'b/hosts.yml': 'web: { hosts: { h: } }\n',
      'b/group_vars/web.yml': 'v: b\n',
    },
    'a/one.yml',
    'b',
    'a/two.yml',
  ),
  folder('a folder of inventories, by name', {
    'inventory/01-web.yml': 'web: { hosts: { web1: { v: 1 } }, vars: { w: 1 } }\n',
    'inventory/02-more': '[web]\nweb1 v=2\nweb2\n[web:vars]\nw=2\n',
    'inventory/03.yaml': 'db: { hosts: { db1: } }\n',
    'inventory/below/hosts.json': '{"below": {"hosts": {"b1": null}}}',
    'inventory/notes.txt': 'x',
    'inventory/README.md': 'x',
    'inventory/.hidden': '[x',
    'inventory/old.yml.bak': 'x',
    'inventory/old.yml~': 'x',
    'inventory/settings.cfg': 'x',
    'inventory/left.retry': 'x',
    'inventory/out.ini': '[out]\nout1\n',
    'inventory/group_vars/all.yml': 'g: 1\n',
  }),
  folder('a file of variables among inventories', {
    'inventory/hosts.yml': 'web: { hosts: { h: } }\n',
    'inventory/vars.yml': 'port: 80\nlist: [1]\nnested: { a: 1 }\n',
  }),
  folder('lists of hosts', {}, '192.0.2.7,web1:2222, db1 ,'),
  folder(
    'a list of hosts beside a file',
    { 'hosts.yml': 'web: { hosts: { web1: } }\n', 'group_vars/all.yml': 'v: 1\n' },
    'hosts.yml',
    'web1,other',
  ),
  {
    ...folder('group_vars of the project win over those of the inventory', {
      'inventory/hosts.yml': levels,
      'inventory/group_vars/all.yml': 'v: inventory all\na: 1\n',
      'inventory/group_vars/web.yml': 'w: inventory web\n',
      'inventory/host_vars/web1.yml': 'h: inventory\n',
      'group_vars/all.yml': 'v: project all\n',
      'group_vars/web.yml': 'w: project web\n',
      'host_vars/web1.yml': 'h: project\n',
    }),
  },
  {
    ...folder('-e over all', {
      'inventory/hosts.yml': levels,
      'inventory/host_vars/web1.yml': 'v: file\n',
      'more.yml': 'm: yes\nv: last\n',
    }),
    extraVars: ['{"v": "extra", "n": 0644}', '@more.yml'],
  },
  {
    ...folder('numbers in -e', {
      'inventory/hosts.yml': 'all: { hosts: { h: } }',
      'more.yml': 'c: 8.0\nd: 1e3\n',
      'more.json': '{"e": 8.0, "f": 1e3}',
    }),
    extraVars: ['{"a": 8.0, "b": 1e3}', '{aa: 8.0, bb: 1e3}', '@more.yml', '@more.json'],
  },
]

/** The inventory for the patterns. */
export const fleet = `
all:
  hosts: { bastion: , "2001:db8::1": }
  children:
    prod:
      hosts: { zulu.example.org: }
      children:
        web: { hosts: { 'web[1:4].example.org': } }
        db: { hosts: { db2: , db1: } }
    stage: { hosts: { web4.example.org: , stage1: , both: } }
    both: { hosts: { db1: } }
    dotted.name: { hosts: { stage1: } }
    empty:
  vars: {}
more: { hosts: { dotted.name: , dup: } }
dup: { hosts: { db2: } }
`

/**
 * Patterns for which `ansible --list-hosts` and Fettle must list the same hosts in the same order.
 */
export const patterns: readonly string[] = [
  'all',
  '*',
  'ungrouped',
  'ungr*',
  'al?',
  'bastion',
  'prod',
  'web',
  'stage',
  'db1',
  'db:web',
  'web:db',
  'db,web',
  'db,bastion',
  ' web , db ',
  'web,',
  'web db',
  'web:stage',
  'stage:web',
  'bastion:db1:bastion',
  'web:&stage',
  '&stage:web',
  'web:!stage',
  '!stage:web',
  'prod:!web:!db',
  'prod:&web:!web1.example.org',
  '!web1.example.org:&web:prod',
  '!stage,db,web',
  '&web:&stage',
  '!prod',
  '&prod',
  '&prod:!db',
  '!web*',
  'web:empty',
  'web:!empty',
  'web*',
  '*.example.org',
  'db?',
  '*b*',
  'web[12].example.org',
  'web[!12].*',
  'web[1-3]*',
  '[dw]*1*',
  'stage*:&web*',
  'prod*',
  '*[!g]',
  '~web[13]',
  '~(web1|db)',
  '~db',
  '~.*\\.example\\.org$',
  '~b',
  '!~web',
  '&~db\\d',
  'all:!~(web|db)',
  '~(?i)WEB',
  '~[a-c]',
  '~^z',
  'web[0]',
  'web[-1]',
  'web[1:2]',
  'web[1-2]',
  'web[2:]',
  'web[0:99]',
  'web[0:0]',
  'prod[0]',
  'prod[1:3]',
  'prod[-1]',
  'all[0]',
  'all[1:3]',
  'db[0]',
  'db[1]',
  'stage[0]',
  'web*[0]',
  'web*[5]',
  'db*[1:4]',
  'all[0]:db[1]',
  'web:!web[0]',
  'prod:&prod[1:2]',
  '&web[0]',
  '!prod[0]',
  'zulu.example.org[0]',
  '*[2]',
  '2001:db8::1',
  '2001:db8::1,db1',
  '!2001:db8::1,db',
  'both',
  '&both',
  'all:!both',
  'both,web[0]',
  'dotted.name',
  '&dotted.name',
  'dup',
  '!dup',
  'dup[0]',
  'dup:web[0]',
]

/**
 * Scalars that print the same in a template of Ansible's and one of Fettle's, set in YAML, in INI
 * and by `-e name=value`.
 */
export const printed: readonly string[] = [
  '8.0',
  '1.10',
  '10.0',
  '-7.0',
  '+1.0',
  '0.0',
  '-0.0',
  '1.',
  '.5',
  '1e3',
  '12e03',
  '1.0e+2',
  '1.5e3',
  '1e-05',
  '1.0e-5',
  '0.0001',
  '0.00001',
  '1.0e+15',
  '1.0e+16',
  '1.0e+20',
  '1.0e+22',
  '123456789012345680000.0',
  '100000000000000.5',
  '1.0e+999',
  '1_000',
  '1_000.0',
  '010',
  '08',
  '0644',
  '0o10',
  '0x1F',
  '0b101',
  '0777777777777777777777777',
  '+1',
  '-5',
  '-0',
  '00',
  '1:30',
  '12:30:45',
  '1:30.5',
  '1:30.0',
  '.inf',
  '-.inf',
  '.nan',
  'inf',
  'nan',
  '9007199254740991',
  '9007199254740993',
  '-9007199254740993',
  '12345678901234567890',
  '1_000_000_000_000_000_000_000',
  '0xFFFFFFFFFFFFFFFFFF',
  '2024-01-01',
  '2024-1-3',
  '1.2.3',
  '192.0.2.1',
  '5s',
]

/** Intended differences: what Ansible makes of a host `h`, and what Fettle does. */
export const differences: readonly (InventoryCase & {
  readonly ansible: unknown
  readonly fettle: unknown
})[] = [
  // A typed variable needs a boolean; in Ansible the text `true` becomes one where it is used, with
  // `| bool`.
  {
    ...ini(
      'true, false and null in small letters are text to Ansible',
      '[all]\nh a=true b=FALSE c=null d=Null\n',
    ),
    ansible: { a: 'true', b: 'FALSE', c: 'null', d: 'Null' },
    fettle: { a: true, b: false, c: null, d: null },
  },
  {
    ...ini(
      'whole numbers that JavaScript would round are text',
      '[all]\nh a=12345678901234567890 b=[0xFFFFFFFFFFFFFFFFFF]\n',
    ),
    ansible: { a: 12345678901234567890n, b: [4722366482869645213695n] },
    fettle: { a: '12345678901234567890', b: ['4722366482869645213695'] },
  },
  {
    ...yaml(
      'the same in YAML, where times stay as written',
      'all: { hosts: { h: { a: 12345678901234567890, b: 2024-01-31 10:00:00 } } }',
    ),
    ansible: { a: 12345678901234567890n, b: '2024-01-31T10:00:00' },
    fettle: { a: '12345678901234567890', b: '2024-01-31 10:00:00' },
  },
  {
    ...yaml(
      'the digits of one that is written otherwise',
      'all: { hosts: { h: { a: 0xFFFFFFFFFFFFFFFFFF, b: 1_000_000_000_000_000_000_000, c: 0777777777777777777777777 } } }',
    ),
    ansible: { a: 4722366482869645213695n, b: 1000000000000000000000n, c: 4722366482869645213695n },
    fettle: {
      a: '4722366482869645213695',
      b: '1000000000000000000000',
      c: '4722366482869645213695',
    },
  },
  {
    ...yaml('names of values stay as written', 'all: { hosts: { h: { v: { on: 1, 0644: 2 } } } }'),
    ansible: { v: { true: 1, 420: 2 } },
    fettle: { v: { on: 1, '0644': 2 } },
  },
  {
    ...yaml(
      '!unsafe marks text, and leaves no mark',
      'all: { hosts: { h: { a: !unsafe "{{ x }}" } } }',
    ),
    ansible: { a: { __ansible_unsafe: '{{ x }}' } },
    fettle: { a: '{{ x }}' },
  },
  {
    ...folder('an example and host keys are no inventories', {
      'inventory/hosts.yml': 'all: { hosts: { h: } }',
      'inventory/example.yml': 'all: { vars: { v: 1 } }',
    }),
    ansible: { v: 1 },
    fettle: {},
  },
]

/** Patterns for which Fettle reports an error, and for which Ansible selects these hosts. */
export const refused: readonly (readonly [
  pattern: string,
  picked: readonly string[],
  said: string,
])[] = [
  ['nowhere', [], 'nowhere matches no host and no group'],
  [
    'web[0]:nowhere',
    ['web1.example.org'],
    'nowhere in the pattern web[0]:nowhere matches no host and no group',
  ],
  ['db1,web:stage', ['db1'], 'web:stage in the pattern db1,web:stage matches no host and no group'],
  ['empty', [], 'no host matches empty'],
  ['all:!all:web', [], 'no host matches all:!all:web'],
  ['web[4]', [], 'web[4] in the pattern web[4] takes none of the 4 hosts of web'],
  ['localhost', ['localhost'], 'localhost matches no host and no group'],
]

/** Variables of hosts for which Ansible and Fettle must connect in the same way. */
export const ways: Readonly<Record<string, string>> = {
  plain: '',
  'with-a-port:2222': '',
  new: 'ansible_host=192.0.2.1 ansible_port=2201 ansible_user=new ansible_ssh_private_key_file=/k',
  old: 'ansible_ssh_host=192.0.2.2 ansible_ssh_port=2202 ansible_ssh_user=old ansible_private_key_file=/k',
  both: 'ansible_host=192.0.2.3 ansible_ssh_host=192.0.2.4 ansible_port=1 ansible_ssh_port=2 ansible_user=new ansible_ssh_user=old ansible_private_key_file=/k1 ansible_ssh_private_key_file=/k2',
  'old-port:2222': 'ansible_ssh_port=2223',
  arguments: `ansible_ssh_extra_args='-o A=3 -oB=3' ansible_ssh_common_args='-o A=2 -J bastion' ansible_ssh_args='-C -o A=1'`,
  checked: 'ansible_host_key_checking=false ansible_ssh_host_key_checking=true',
  unchecked: 'ansible_host_key_checking=no ansible_timeout=7',
  timeouts: 'ansible_timeout=7 ansible_ssh_timeout=8',
  empty: `ansible_user= ansible_ssh_private_key_file='' ansible_ssh_common_args=`,
  become: 'ansible_become=1 ansible_become_user=new',
  'become-old':
    'ansible_become=yes ansible_become_user=new ansible_sudo_user=old ansible_become_method=sudo ansible_become_flags=-H',
  'become-nobody': 'ansible_become=true ansible_become_user=',
  'become-none': 'ansible_become=no ansible_become_user=new ansible_become_method=su',
  smart: 'ansible_connection=smart ansible_ssh_executable=ssh',
}
