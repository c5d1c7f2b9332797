#!/usr/bin/env python3
"""Compares Quarry's tokenizer with Hugging Face's `tokenizers`, id by id, on random text, code, Unicode and emoji.

usage: tokenizer_peer_test.py PROBE [TOKENIZER.json ...]   (exit status 77: `tokenizers` is not installed)

Without files, tokenizers of every supported kind are trained here on a small text. Files are compared as they are.
"""
import glob
import json
import os
import random
import subprocess
import sys
import tempfile

try:
    import tokenizers
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
except ImportError:
    print("skipped: the Python package `tokenizers` is not installed (pip install tokenizers)")
    sys.exit(77)

SAMPLES = [
    "", " ", "\n", "a", "HTTPServer2", "def rebuild_auth(self, prepared_request, response):\n    return None\n",
    "getHTTPResponseCode", "parseJSON2XML", "snake_case__name", "SCREAMING_SNAKE", "x = y**2 + 0xDEADBEEF; // √2 ≈ 1.414",
    "Привет, МирДомов! ΑΒΓδεζ ßẞ İstanbul ǅ ﬁ", "naïve café résumé — “quoted” …", "日本語のテキスト、漢字。", "한국어 텍스트",
    "👩‍👩‍👧 family 🏳️‍🌈 flag 👍🏽", "e\u0301 combining Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334", "עברית العربية ١٢٣ ४५६",
    "tabs\tand\r\nlines\u2028sep\u00a0nbsp\u3000wide", "  leading and trailing   ", "I'm don't we'll they've 's", "a\u200db\u200cc\u00adsoft",
    "[CLS] special [MASK] <s> </s> <unk>", "²³¹ ½ Ⅷ ⅷ ①", "ABCdefGHIjkl123MNO", "iOSApp eBay macOS X11Forwarding",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "#include <vector>\ntemplate<class T> T&& move(T& t) noexcept;", "\ufffd replaced \u0000 nul \u0007 bell", "ŉ ǰ Ὃ ͅ Å Å ﷺ",
]


def texts(seed):
    chooser = random.Random(seed)
    result = list(SAMPLES)
    pools = [
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_ .,()",
        "aAbB1 _éÉßñДдЖжあア漢字한글\u0301\u0327٣²",
        " \t\n-_'\"!?🙂👍🏽\u200d\u2014\u00a0",
    ]
    for _ in range(300):
        pool = chooser.choice(pools)
        result.append("".join(chooser.choice(pool) for _ in range(chooser.randint(1, 60))))
    for _ in range(150):  # anything that Unicode 14 knows of the basic plane and some emoji
        points = []
        while len(points) < 20:
            point = chooser.choice([chooser.randrange(0x20, 0x2000), chooser.randrange(0x2000, 0xd800), chooser.randrange(0x1f300, 0x1f6ff)])
            if assigned(point):
                points.append(chr(point))
        result.append("".join(points))
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "*.*")))[:40]:
        with open(path, encoding="utf-8") as file:
            result.append(file.read()[:6000])
    result.append("".join(chooser.choice("abcdefgh") for _ in range(5000)))
    return result


def assigned(point):
    """Both sides know Unicode up to some version of their own: only long-assigned code points can agree."""
    import unicodedata
    return unicodedata.category(chr(point)) != "Cn" and unicodedata.ucd_3_2_0.category(chr(point)) != "Cn"


def trained(model, trainer, normalizer=None, pre_tokenizer=None, post=None, added=()):
    tokenizer = Tokenizer(model)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    if pre_tokenizer is not None:
        tokenizer.pre_tokenizer = pre_tokenizer
    corpus = texts(1)
    tokenizer.train_from_iterator(corpus, trainer)
    for token in added:
        (tokenizer.add_special_tokens if token.special else tokenizer.add_tokens)([token])
    if post is not None:
        tokenizer.post_processor = post(tokenizer)
    return tokenizer


def bert_post(tokenizer):
    return processors.BertProcessing(("[SEP]", tokenizer.token_to_id("[SEP]")), ("[CLS]", tokenizer.token_to_id("[CLS]")))


def template_post(tokenizer):
    return processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[
        ("<s>", tokenizer.token_to_id("<s>")), ("</s>", tokenizer.token_to_id("</s>"))])


def identifier_layout():
    normalizer = normalizers.Sequence([
        normalizers.Replace(Regex(r"(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})"), " "), normalizers.Lowercase()])
    return normalizer, pre_tokenizers.Split(Regex(r"[\p{L}\p{M}]+|\p{N}+"), "removed", invert=True)


def suite():
    word_piece = lambda: models.WordPiece(unk_token="[UNK]")
    bpe = lambda **more: models.BPE(unk_token="<unk>", **more)
    pieces = lambda: trainers.WordPieceTrainer(vocab_size=800, special_tokens=["[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False)
    pairs = lambda **more: trainers.BpeTrainer(vocab_size=900, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False, **more)
    scores = lambda: trainers.UnigramTrainer(vocab_size=6000, unk_token="<unk>", special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    n, p = normalizers, pre_tokenizers
    yield "bert", trained(word_piece(), pieces(), n.BertNormalizer(), p.BertPreTokenizer(), bert_post)
    yield "bert cased", trained(word_piece(), pieces(), n.BertNormalizer(lowercase=False, strip_accents=False, handle_chinese_chars=False), p.BertPreTokenizer())
    yield "bert raw", trained(word_piece(), pieces(), n.BertNormalizer(clean_text=False), p.BertPreTokenizer())
    yield "gpt2", trained(models.BPE(), trainers.BpeTrainer(vocab_size=900, initial_alphabet=p.ByteLevel.alphabet(), show_progress=False), None, p.ByteLevel(add_prefix_space=False))
    yield "roberta", trained(models.BPE(), trainers.BpeTrainer(vocab_size=900, initial_alphabet=p.ByteLevel.alphabet(), special_tokens=["<s>", "</s>"], show_progress=False), None, p.ByteLevel(add_prefix_space=True), template_post)
    yield "llama3", trained(models.BPE(ignore_merges=True), trainers.BpeTrainer(vocab_size=900, initial_alphabet=p.ByteLevel.alphabet(), show_progress=False), None, p.Sequence([
        p.Split(Regex(r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"), "isolated"), p.ByteLevel(add_prefix_space=False, use_regex=False)]))
    yield "llama2", trained(bpe(fuse_unk=True), pairs(), n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")]), None, template_post)
    fallback = trained(bpe(fuse_unk=True), pairs(limit_alphabet=60), n.Sequence([n.Prepend("▁"), n.Replace(" ", "▁")]), None)
    yield "byte fallback", with_byte_fallback(fallback)
    yield "bpe whitespace", trained(bpe(), pairs(limit_alphabet=50), n.NFKC(), p.Whitespace())
    yield "bpe fuse", trained(bpe(fuse_unk=True), pairs(limit_alphabet=50), n.NFD(), p.WhitespaceSplit())
    yield "bpe prefix", trained(bpe(continuing_subword_prefix="##"), pairs(continuing_subword_prefix="##"), n.Sequence([n.NFKD(), n.StripAccents(), n.Lowercase()]), p.Whitespace())
    yield "bpe suffix", trained(bpe(end_of_word_suffix="</w>"), pairs(end_of_word_suffix="</w>"), n.Lowercase(), p.BertPreTokenizer())
    yield "digits", trained(bpe(), pairs(), n.NFC(), p.Sequence([p.Digits(individual_digits=True), p.Punctuation("contiguous"), p.WhitespaceSplit()]))
    yield "digits runs", trained(bpe(), pairs(), n.Strip(), p.Sequence([p.Digits(individual_digits=False), p.Punctuation("merged_with_previous"), p.WhitespaceSplit()]))
    yield "split next", trained(bpe(), pairs(), n.Strip(left=False), p.Sequence([p.Split(" ", "merged_with_next"), p.Split(Regex("[A-Z]"), "merged_with_next"), p.Split("_", "removed")]))
    yield "split contiguous", trained(bpe(), pairs(), n.Replace(Regex(r"\s+"), " "), p.Sequence([p.Split(Regex(r"[\w]"), "contiguous"), p.CharDelimiterSplit(" ")]))
    yield "unigram", trained(models.Unigram(), scores(), n.NFKC(), p.Metaspace())
    yield "unigram first", trained(models.Unigram(), scores(), n.NFKC(), p.Metaspace(prepend_scheme="first"), template_post)
    yield "unigram words", trained(models.Unigram(), scores(), n.Lowercase(), p.Sequence([p.WhitespaceSplit(), p.Metaspace(prepend_scheme="always", split=False)]))
    yield "word level", trained(models.WordLevel(unk_token="[UNK]"), trainers.WordLevelTrainer(vocab_size=500, special_tokens=["[UNK]"], show_progress=False), n.Lowercase(), p.Whitespace())
    yield "identifiers", trained(models.BPE(), trainers.BpeTrainer(vocab_size=900, show_progress=False), *identifier_layout())
    yield "identifiers prefix", trained(models.BPE(continuing_subword_prefix="##"), trainers.BpeTrainer(vocab_size=900, show_progress=False, continuing_subword_prefix="##"), *identifier_layout())
    token = tokenizers.AddedToken
    yield "added", trained(word_piece(), pieces(), n.BertNormalizer(), p.BertPreTokenizer(), bert_post, [
        token("Response", normalized=True), token("mov", single_word=True), token("<lang>", lstrip=True, rstrip=True), token("[MASK]", lstrip=True, special=True), token("é", normalized=False)])


def with_byte_fallback(tokenizer):
    config = json.loads(tokenizer.to_str())
    vocabulary = config["model"]["vocab"]
    for byte in range(256):
        vocabulary.setdefault(f"<0x{byte:02X}>", len(vocabulary))
    config["model"]["byte_fallback"] = True
    return Tokenizer.from_str(json.dumps(config))


def compare(name, probe, path, peer):
    peer.no_padding()
    peer.no_truncation()
    sample = texts(2)
    failures = 0
    for flags in ([], ["--special"], ["--patterns"]):
        request = "".join(json.dumps(text) + "\n" for text in sample)
        answer = subprocess.run([probe, path, *flags], input=request, capture_output=True, text=True, check=False)
        if answer.returncode != 0:
            print(f"{name}: {answer.stderr.strip()}")
            return 1
        special = flags == ["--special"]
        for text, line in zip(sample, answer.stdout.splitlines(), strict=True):
            wanted = peer.encode(text, add_special_tokens=special).ids
            if json.loads(line) != wanted:
                failures += 1
                if failures <= 3:
                    print(f"{name} {flags}: {text[:200]!r}\n  here  {line[:300]}\n  peer  {str(wanted)[:300]}")
    print(f"{name}: {len(sample)} texts, {failures} differ")
    return failures


def main():
    probe, files = sys.argv[1], sys.argv[2:]
    failures = 0
    with tempfile.TemporaryDirectory() as folder:
        if files:
            for path in files:
                failures += compare(os.path.basename(path), probe, path, Tokenizer.from_file(path))
        else:
            for name, tokenizer in suite():
                path = os.path.join(folder, "tokenizer.json")
                tokenizer.save(path)
                failures += compare(name, probe, path, tokenizer)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
