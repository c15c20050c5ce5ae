"""Writes encodings.json: what other programs decode in the encodings that the web does not have.

    python3 tests/data/encodings.py

asks Python's codecs, iconv of the GNU C library, uconv of ICU and Java. The tests read the file, so that they need none
of them. On Debian: apt-get install libc-bin icu-devtools default-jdk-headless
"""

import json, pathlib, platform, random, shutil, subprocess, sys, tempfile

HERE = pathlib.Path(__file__).parent
MISSING = [name for name in ("iconv", "uconv", "java") if not shutil.which(name)]
if MISSING:
    sys.exit(f"{', '.join(MISSING)}: not found (apt-get install libc-bin icu-devtools default-jdk-headless)")

PAGES = {
    # name: (Python, iconv, uconv, Java)
    "IBM037": ("cp037", "IBM037", "ibm-37", "IBM037"),
    "IBM500": ("cp500", "IBM500", "ibm-500", "IBM500"),
    "IBM1047": (None, "IBM1047", "ibm-1047", "IBM1047"),
    "IBM1140": ("cp1140", "IBM1140", "ibm-1140", "IBM01140"),
    "IBM437": ("cp437", "IBM437", "ibm-437", "IBM437"),
    "IBM850": ("cp850", "IBM850", "ibm-850", "IBM850"),
    "IBM858": ("cp858", "IBM858", "ibm-858", "IBM00858"),
    "IBM860": ("cp860", "IBM860", "ibm-860", "IBM860"),
    "IBM862": ("cp862", "IBM862", "ibm-862", "IBM862"),
    "IBM865": ("cp865", "IBM865", "ibm-865", "IBM865"),
    "windows-874": ("cp874", "CP874", "ibm-874", "x-IBM874"),
    "macintosh": ("mac_roman", "MACINTOSH", "macos-0_2-10.2", "x-MacRoman"),
}
STREAMS = {
    "UTF-32LE": ("utf-32-le", "UTF-32LE", "UTF-32LE", "UTF-32LE"),
    "UTF-32BE": ("utf-32-be", "UTF-32BE", "UTF-32BE", "UTF-32BE"),
    "UTF-7": ("utf-7", "UTF-7", "UTF-7", None),
    "CESU-8": (None, None, "CESU-8", "CESU-8"),
    "MUTF-8": (None, None, None, "readUTF"),
    "GSM-7": (None, None, "gsm-03.38-2009", None),
}

JAVA = """
import java.io.*; import java.nio.*; import java.nio.charset.*;
class Decode { public static void main(String[] a) throws Exception {
  var in = new BufferedReader(new InputStreamReader(System.in));
  for (String line; (line = in.readLine()) != null;) {
    String[] words = line.split(" ", -1); byte[] b = java.util.HexFormat.of().parseHex(words[1]); String text;
    try {
      if (words[0].equals("readUTF")) {
        var all = new ByteArrayOutputStream(); new DataOutputStream(all).writeShort(b.length); all.write(b);
        text = new DataInputStream(new ByteArrayInputStream(all.toByteArray())).readUTF();
      } else text = Charset.forName(words[0]).newDecoder().decode(ByteBuffer.wrap(b)).toString();
      var out = new StringBuilder("="); for (char c : text.toCharArray()) out.append(String.format("%04x", (int) c));
      System.out.println(out);
    } catch (IOException e) { System.out.println("!"); }
  } } }
"""


def python(name, data):
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        return None


def filtered(command, data):
    done = subprocess.run(command, input=data, capture_output=True)
    # uconv says on standard error alone that it stopped.
    return None if done.returncode or done.stderr else done.stdout.decode("utf-8", "surrogatepass")


def iconv(name, data):
    return filtered(["iconv", "-f", name, "-t", "UTF-8"], data)


def uconv(name, data):
    return filtered(["uconv", "-f", name, "-t", "UTF-8", "--from-callback", "stop"], data)


def java(requests):
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, "Decode.java")
        source.write_text(JAVA)
        lines = "".join(f"{name} {data.hex()}\n" for name, data in requests)
        out = subprocess.run(["java", source], input=lines, capture_output=True, text=True, check=True).stdout
    return [
        None if line == "!" else bytes.fromhex(line[1:]).decode("utf-16-be", "surrogatepass")
        for line in out.splitlines()
    ]


def result(text):
    """The text; false for one with a lone surrogate, which is none; null where the program refuses the bytes."""
    return False if text is not None and any("\ud800" <= ch <= "\udfff" for ch in text) else text


def cases():
    """The bytes to decode: some chosen, and texts drawn at random with what another program encodes them to."""
    drawn = random.Random(338)
    letters = "aZ09 ~+-/\\\r\n\0éßΩЖ日本\uffff\U0001f600\U0010ffff\U00010000"
    texts = ["".join(drawn.choices(letters, k=drawn.randrange(12))) for _ in range(30)]
    hexes = lambda words: [bytes.fromhex(word) for word in words.split()]
    wide = ["00d80000", "ffdf0000", "00001100", "ffff1000", "feff0000", "fffe000061000000", "6100", "61000000610000", "ffffffff"]
    swapped = lambda data: b"".join(data[at : at + 4][::-1] for at in range(0, len(data), 4))
    three = lambda text: b"".join(
        text.encode("utf-16-be")[at : at + 2].decode("utf-16-be", "surrogatepass").encode("utf-8", "surrogatepass")
        for at in range(0, len(text.encode("utf-16-be")), 2)
    )
    bad = hexes("eda0bdedb880 f09f9880 eda0bd edb880 c080 00 c3a9 eda0bd41 e282 e28241 ed9fbf eda0bdeda0bdedb880 c1bf e08080 ff 80 f09f 61c0 eda0bdedb8 eda041")
    gsm = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%¿abcüà"
    return {
        "UTF-32LE": hexes(" ".join(wide)) + [text.encode("utf-32-le") for text in texts],
        "UTF-32BE": [swapped(data) for data in hexes(" ".join(wide))] + [text.encode("utf-32-be") for text in texts],
        "UTF-7": [text.encode("utf-7") for text in texts]
        + [subprocess.run(["iconv", "-f", "UTF-8", "-t", "UTF-7"], input=text.encode(), capture_output=True, check=True).stdout for text in texts]
        + [
            word.encode("latin-1")
            for word in "+AGE- +AGF- +AGEA- +AGEAAA- +- + +! ++ a~b a\\b a\0b +2D0- +2D3eAA- +2D0AYQ- +3gA- +AGE +AGF +AGE! +AGF! "
            "+AGE-- a-b \xc3 +AGE\xc3 +A- +AG- +AGE\n +AGFx +AGE=- +/v8- +AGEAYgBj- ++A +-+AGE-+- +AGE-+AGI- +2D0 +2D3eA +AG +AH4- +IKw-.".split(" ")
        ],
        "CESU-8": bad + [three(text) for text in texts],
        "MUTF-8": bad + [three(text).replace(b"\0", b"\xc0\x80") for text in texts],
        "GSM-7": [bytes([byte]) for byte in range(256) if byte != 0x1B]
        + [bytes([0x1B, byte]) for byte in range(128)]
        + hexes("1b 1b80 1b1b 411b6542"),
    }


def packed():
    """Septets as one long number, the first in the lowest bits: what the alphabet has for them is in GSM-7."""
    drawn = random.Random(23038)
    texts = [[drawn.choice([*range(0x1B), *range(0x1C, 128)]) for _ in range(length)] for length in range(0, 26)]
    texts += [[*[0x41] * before, 0x1B, 0x65, *[0x42] * 8] for before in range(9)]
    number = lambda septets: sum(septet << 7 * at for at, septet in enumerate(septets))
    data = lambda septets: number(septets).to_bytes((7 * len(septets) + 7) // 8, "little").hex()
    return [[data(septets), bytes(septets).hex()] for septets in texts]


def main():
    tools = (lambda name, data: python(name, data), iconv, uconv)
    names = ("python", "glibc", "icu")
    asked, tables, streams = [], {}, {}
    # What a program says of bytes, in a place that Java's answer is added to.
    places = []
    for page, labels in PAGES.items():
        rows = {}
        for tool, name, label in zip(tools, names, labels):
            if label:
                rows[name] = "".join(result(tool(label, bytes([byte]))) or "\ufffd" for byte in range(256))
        rows["java"] = [None] * 256
        for byte in range(256):
            asked.append((labels[3], bytes([byte])))
            places.append((rows["java"], byte))
        tables[page] = rows
    for encoding, inputs in cases().items():
        labels, rows = STREAMS[encoding], []
        for data in inputs:
            row = {"hex": data.hex()}
            row |= {name: result(tool(label, data)) for tool, name, label in zip(tools, names, labels) if label}
            if labels[3]:
                asked.append((labels[3], data))
                places.append((row, "java"))
            rows.append(row)
        streams[encoding] = rows
    for (place, key), text in zip(places, java(asked), strict=True):
        place[key] = result(text)
    for rows in tables.values():
        rows["java"] = "".join(text or "\ufffd" for text in rows["java"])
    version = lambda *command: subprocess.run(command, capture_output=True, text=True).stdout.splitlines()[0]
    made = {
        "python": platform.python_version(),
        "glibc": version("iconv", "--version"),
        "icu": version("uconv", "--version"),
        "java": version("java", "--version"),
    }
    lines = lambda rows: ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    with open(HERE / "encodings.json", "w", encoding="utf-8") as out:
        out.write('{\n"comment": "Made by encodings.py. In tables, U+FFFD stands for no character. In streams, null is refused, false has a lone surrogate.",\n')
        out.write(f'"made": {json.dumps(made)},\n"tables": {{\n')
        out.write(",\n".join(f"{json.dumps(name)}: {json.dumps(rows, ensure_ascii=False)}" for name, rows in tables.items()))
        out.write('\n},\n"streams": {\n')
        out.write(",\n".join(f"{json.dumps(name)}: [\n{lines(rows)}\n]" for name, rows in streams.items()))
        out.write(f'\n}},\n"packed": [\n{lines(packed())}\n]\n}}\n')


main()
