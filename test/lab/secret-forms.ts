/**
 * A script that prints the values of its variables A, B, D, and M of several lines, in the forms in
 * which programs print them. Each form follows its name. No value is an argument of a program.
 */
export const forms = String.raw`
export LC_ALL=C.UTF-8
show() { printf '%s: ' "$1"; shift; "$@"; echo; }
put() { printf %s "$1"; }
for name in A B D; do
  eval "value=\$$name"
  show 'as it is' put "$value"
  put "$value" | show 'hexadecimal' od -An -v -tx1
  show 'hexadecimal without spaces' eval 'put "$value" | od -An -v -tx1 | tr -d " \n"'
  show 'hexadecimal with colons' eval 'put "$value" | od -An -v -tx1 | tr -d "\n" | tr " " :'
  put "$value" | show 'a dump' od -A x -v -tx1z
  put "$value" | show 'words' od -A x -v -tx2
  put "$value" | show 'octal' od -An -v -b
  for before in '' u us use user:; do
    printf '%s%s' "$before" "$value" | show 'base64' base64 -w0
    printf '%s%s' "$before" "$value" | show 'folded base64' base64 -w 16
  done
  put "$value" | show 'base64url' basenc --base64url -w0
  put "$value" | base64 | show 'base64 twice' base64
  show 'folded' eval 'put "$value" | fold -b -w 9'
done
sed -n 2p <<X | sed 's/^/a line: /'
$M
X
printf '%s\n' "$M" | grep -n . | sed 's/^/numbered: /'
printf '%s\n' "$M" | sed 's/^/    /'
printf '%s\n' "$M" | show 'base64 of several lines' base64
printf '%s\n' "$M" | od -A x -v -tx1z
bash -c 'set -x; : "$A" "$B" "$M" "$D"' 2>&1
sh -c 'set -x; : "$A" "$B" "$D"' 2>&1
bash -c 'for value in "$A" "$B" "$D" "$M"; do printf "quoted: %q\n" "$value"; declare -p value; echo "${'$'}{value@Q}"; done'
exec python3 - <<'X'
import base64, html, json, os, shlex, urllib.parse, xml.sax.saxutils
def show(name, value): print(f'{name}: {value}')
for value in (os.environ[name] for name in 'ABDM'):
    show('percent-encoded', urllib.parse.quote(value, safe=''))
    show('percent-encoded in part', urllib.parse.quote(value))
    show('percent-encoded as a form', urllib.parse.quote_plus(value))
    show('percent-encoded altogether', ''.join(f'%{byte:02x}' for byte in value.encode()))
    show('json', json.dumps(value))
    show('json with all letters', json.dumps(value, ensure_ascii=False))
    show('json in json', json.dumps(json.dumps({'value': value})))
    show('repr', repr(value))
    show('repr of bytes', repr(value.encode()))
    show('a list', list(value.encode()))
    show('a word of a shell', shlex.quote(value))
    show('html', html.escape(value))
    show('xml', xml.sax.saxutils.quoteattr(value))
    show('sql', "'" + value.replace("'", "''") + "'")
    show('basic', base64.b64encode(f'user:{value}'.encode()).decode())
    show('base64 of json', base64.b64encode(json.dumps({'password': value}).encode()).decode())
    show('in colour', value[:3] + '\033[31m' + value[3:9] + '\033[0m' + value[9:])
letters = [chr(byte) for byte in os.environ['B'].encode()]
show('systemd', ''.join(letter if letter.isascii() and letter.isalnum() else f'\\x{ord(letter):02x}' for letter in letters))
show('the last form', 'done')
X
`
