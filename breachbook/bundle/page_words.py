"""What the procedure page says around its commands, in each language; no line begins with four blanks."""

from collections.abc import Mapping

BEFORE: Mapping[str, str] = {
    "en-US": """\
HOW TO VERIFY THIS BUNDLE: {matter}, line {line} of its journal

You need a shell, GNU coreutils 8.31 or newer and OpenSSL 3, on a machine you trust. Enter a
copy of this folder and paste the blocks in order. A block says FAILED and where, or nothing.
""",
    "zh-CN": """\
本证据包的核验方法：{matter}，日志第 {line} 行

所需：一台您信任的计算机，装有命令行、GNU coreutils 8.31 以上版本和 OpenSSL 3。
进入本文件夹的副本，依次粘贴各段命令。某段显示 FAILED 及位置即为不符，无显示即为相符。
""",
}

TITLES: Mapping[str, Mapping[str, str]] = {
    "en-US": {
        "begin": """\
Ask for these digests by another way than this bundle came. The seal key should be
   {key} ...""",
        "files": "No file is changed, missing or added, and the list of them is signed.",
        "exhibits": """\
Each exhibit is a bag (RFC 8493) and matches its manifests; its seal names the bag's tag
   manifest and is signed (DSSE, Ed25519); the journal names the seal.""",
        "journal": """\
Each line of the journal that is shown hashes to what it states and follows the line before
   it; all leaves, those of withheld lines too, give the root (Merkle tree of RFC 6962).""",
        "checkpoints": """\
Each checkpoint of the journal is signed; the newest states the root of the lines until it.""",
        "proof": "A line by itself, here {number}: its leaf and its proof give the same root.",
        "stamps": """\
Each time-stamp (RFC 3161) is of its seal or checkpoint. Trust one only with roots that you
   have from the authority itself: put them in place of the .pem.""",
        "texts": "Each text that is shown opens the commitment to it in a line that is shown.",
    },
    "zh-CN": {
        "begin": """\
请通过另一途径向提供方索取以下摘要值并核对。封存密钥应为
   {key} ...""",
        "files": "文件未被改动、缺失或添加，文件清单已签名。",
        "exhibits": """\
每份证据是符合 RFC 8493 的文件包，与其清单一致；封存文件写明该包的标签清单并已签名
   （DSSE，Ed25519）；日志记载该封存文件。""",
        "journal": """\
所出示的每行日志与其自载的哈希值一致，并与前一行相接；全部叶哈希（含未出示的行）
   得出同一根值（RFC 6962 默克尔树）。""",
        "checkpoints": "日志的每个检查点均已签名；最新检查点载明截至该处各行的根值。",
        "proof": "单独核验一行，此处为第 {number} 行：由其叶哈希和证明路径得出同一根值。",
        "stamps": """\
每个时间戳（RFC 3161）对应其封存文件或检查点。须以从时间戳机构直接取得的根证书替换 .pem
   文件后，方可信赖。""",
        "texts": "所出示的每段文字与所出示日志行中的承诺值一致。",
    },
}

AFTER: Mapping[str, str] = {
    "en-US": """\
PROVED: the files are those that were sealed; the holder of the seal key sealed and listed
them; the journal named each seal; no line up to a checkpoint that others hold was changed,
added or removed since; a seal was there when a time-stamp that you trust says so.
NOT PROVED: that what the data says is true; who acted, against the host's administrator;
anything before the acquisition; lines newer than the newest checkpoint, against the holder
of the keys. The time-stamp of a trial authority proves nothing.
""",
    "zh-CN": """\
可以证明：文件即为封存时的文件；封存密钥持有人封存并列出了这些文件；日志记载了每份封存文件；
自他人持有检查点起，该检查点之前的各行未被改动、添加或删除；可信时间戳载明的时间，封存文件已存在。
不能证明：数据内容属实；主机管理员否认时何人所为；提取之前的情形；密钥持有人对最新检查点之后
各行的改动。试用机构的时间戳不具证明力。
""",
}
