# In: Noto Sans CJK (the .ttc files of Debian's fonts-noto-cjk), this repository's data and templates. Out: the two fonts
# of templates/card. Run by hand when the gazetteer gains characters that test/app/card-font.test.ts misses; nothing runs it
# at install. Needs fonttools 4 (made with 4.66.1):  python3 test/tools/make-card-font.py /usr/share/fonts/opentype/noto
#
# Kept: ASCII, GB 2312 levels 1 and 2 with its punctuation and numerals, every character of src/core/data and templates.
# Left out: hinting, layout tables, everything for vertical text; a card is horizontal and large.
# The family has a name of its own: Noto is a trademark, and a subset must not be taken for the font itself.
import glob
import os
import sys

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = os.path.normpath(os.path.join(os.path.dirname(__file__), '../..'))
SIMPLIFIED_CHINESE = 2
FAMILY = 'Quakedesk Sans SC'


def list_characters():
    found = {chr(code) for code in range(0x20, 0x7F)}
    for row in (*range(0xA1, 0xA4), *range(0xB0, 0xF8)):
        for cell in range(0xA1, 0xFF):
            try:
                found |= set(bytes((row, cell)).decode('gb2312'))
            except UnicodeDecodeError:
                pass  # the table has gaps
    for pattern in ('src/core/data/*.json', 'templates/**/*.liquid', 'templates/**/*.yaml'):
        for path in glob.glob(os.path.join(ROOT, pattern), recursive=True):
            with open(path, encoding='utf-8') as file:
                found |= set(file.read())
    found |= set('\u3000ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ°′″·—…–“”‘’〔〕【】《》「」→×≥≤±～•')
    return ''.join(sorted(each for each in found if each.isprintable() or each == '\u3000'))


def make(weight, folder, characters):
    font = TTFont(os.path.join(folder, f'NotoSansCJK-{weight}.ttc'), fontNumber=SIMPLIFIED_CHINESE)
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 7, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ['VORG', 'vhea', 'vmtx', 'BASE', 'GPOS', 'GSUB', 'GDEF']
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    plain = f'{FAMILY.replace(" ", "")}-{weight}'
    names = {1: FAMILY, 3: f'2.004;subset;{plain}', 4: f'{FAMILY} {weight}', 6: plain}
    for record in font['name'].names:
        if record.nameID in names:
            record.string = names[record.nameID]
    outlines = font['CFF '].cff
    outlines.fontNames[0] = plain
    outlines.topDictIndex[0].FamilyName = FAMILY
    outlines.topDictIndex[0].FullName = f'{FAMILY} {weight}'
    path = os.path.join(ROOT, 'templates/card', f'{plain}.otf')
    font.save(path)
    print(path, os.path.getsize(path), 'bytes,', len(font.getBestCmap()), 'characters')


if __name__ == '__main__':
    for weight in ('Regular', 'Bold'):
        make(weight, sys.argv[1], list_characters())
