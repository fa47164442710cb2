/** Shell that makes two wheels in /srv/wheels, each a zip of a module and its metadata. */
export const wheels = `
  mkdir -p /srv/wheels
  python3 - <<'END'
import zipfile
for version in '1.0', '1.1':
    info = f'greeting-{version}.dist-info'
    with zipfile.ZipFile(f'/srv/wheels/greeting-{version}-py3-none-any.whl', 'w') as z:
        z.writestr('greeting.py', f'version = "{version}"')
        z.writestr(f'{info}/METADATA', f'Metadata-Version: 2.1\\nName: greeting\\nVersion: {version}\\n')
        z.writestr(f'{info}/WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')
        z.writestr(f'{info}/RECORD', f'greeting.py,,\\n{info}/METADATA,,\\n{info}/WHEEL,,\\n{info}/RECORD,,\\n')
END`
