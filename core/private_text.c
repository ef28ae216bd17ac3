/* SPDX-License-Identifier: GPL-2.0-or-later */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/private_text.h"

#include <ctype.h>
#include <pcre2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/buffer.h"
#include "core/macros.h"
#include "core/private_harmless.h"
#include "core/text.h"

/* ---- what looks like it ---- */

#define START       "(?<![a-z0-9])" /* no letter or digit of a longer word before it */
#define ALONE       "(?<![\\w.+-])" /* nor a part of a version or of a file's name */
#define END         "(?!\\w)"
#define BYTE        "[0-9a-f]{2}"
#define MIXED(also) "(?=[0-9" also "]*[a-f])(?=[a-f" also "]*\\d)" /* a letter and a digit */
#define OCTET       "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"
#define QUAD                                                                                                 \
    "[1-9]"                                                                                                  \
    "\\d{0,2}(?:\\." OCTET "){3}(?!\\w|\\.\\d)"
#define PRIVATE_NETWORK                                                                                      \
    "(?:1(?:0|27)\\." OCTET "|192\\.168|169\\.254|172\\.(?:1[6-9]|2\\d|3[01])|"                              \
    "100\\.(?:6[4-9]|[7-9]\\d|1[01]\\d|12[0-7]))\\."
#define TOP_LEVEL                                                                                            \
    "(?:com|net|org|de|at|ch|fr|nl|(?:co\\.)?uk|eu|info|io|me|dev|cloud|xyz|it|es|pt|pl|se|no|fi|dk|be|"     \
    "cz|us|ca|au|jp|ru|br|ro|hu|gr|tech|online|site|network|systems|family|name)(?![\\w-]|\\.\\w)"

/* Whose sites everybody reads. */
#define PUBLIC                                                                                                          \
    "[\\w.-]*(?:amd|nvidia|intel|microsoft|kernel|redhat|ubuntu|debian|github|proxmox|unraid|asus|msi|gigabyte|lenovo|" \
    "dell|hpe?|apple|truenas|qemu|libvirt|freedesktop|launchpad|archlinux|gentoo|opensuse|reddit|stackexchange)"
#define NOT_PUBLIC "(?!" PUBLIC "\\.)"

/* Behind these, in the languages that people file reports in, stands a serial number ... */
#define SERIAL_LABEL                                                                                               \
    "serial(?:[ _-]?(?:number|num|no|nr|short|code|id))*|s/n|sn|ser\\.? ?-?(?:no|nr)|ser[iy]en[ -]?(?:nummer|nr)|" \
    "serie-?(?:nummer|nr)|num[^ ]{1,3}ro d[ei] s[^ ]{1,2}rie|n[^ ]{1,3}(?:mero)? d[ei] s[^ ]{1,2}rie|"             \
    "numero (?:seriale|di serie)|matricola|numer seryjny|s.{1,2}riov.{1,2} .{1,2}slo|"                             \
    "(?:service|asset|property)[ _-]?tag|asset (?:number|no)|(?:express )?service code|"                           \
    "st(?=[:=#])|(?:product|licen[cs]e)[ _-]?key|product id|(?:machine|host|system|boot|hardware)[ _-]?id|hwid|"   \
    "imei|meid|iccid|imsi|disk identifier|inventar(?:nummer|-?nr)|inventory (?:number|no)"
/* ... after one of these, */
#define LABEL_END "(?:[ .:=#\"'(<>-]|：|is |was |ist |lautet |est |of (?:the |my |this )?\\w+ )+"
/* but these are parameters of a serial port or of a virtual disk. */
#define NO_SERIAL                                                                                            \
    "(?:0x[0-9a-f]{1,8}|tty\\w+|com\\d|(?:19|38)?[249][0268]00|57600|115200\\w*|16[45]50a?|"                 \
    "(?:drive|virtio|scsi|sata|ide|disk|usb|port)-?\\w*)"
#define SERIAL(label) "(?:" label ")(?:" LABEL_END ")(?!" NO_SERIAL END ")(?=[\\w/-]*\\d)\\w[\\w/-]{4,}"

/* Models of GPUs and parts that are written in one word. */
#define NO_MODEL "(?!RX\\d|RTX|GTX|GTS|GDDR|DDR|AMD|LGA|NUC|MSI)"

/* What many machines have: no UUID at all, that of a board's maker who set none, of Optimus's _DSM, of EFI's
 * variables and classes, of a virtual function that Proxmox numbers by its VM. */
#define COMMON_UUID                                                                                          \
    "(?:0{7}\\d-(?:0{4}-){3}0{6}\\d{6}|03000200-0400-0500-0006-000700080009|"                                \
    "a486d8f8-0bda-471b-a72b-6042a6b5bee0|8be4df61-93ca-11d2-aa0d-00e098032b8c|"                             \
    "4d36e9\\d\\d-e325-11ce-bfc1-08002be10318|c12a7328-f81f-11d2-ba4b-00c04fd430c8)"

/* Where a rule is tried, so that most places of a text cost little. The rules of one kind stand together. */
enum place { AT_SIGN, AT_BYTES, AT_LABEL, AT_NUMBER, AT_NAME };
static const char *const places[] = {
    [AT_SIGN] = "(?=[/\\\\~@+(\\x80-\\xff])(?:",
    [AT_BYTES] = "(?<![a-z0-9])(?=" BYTE "[ _])(?:",
    [AT_LABEL] = "(?<![a-z0-9])(?=[a-z])(?:",
    [AT_NUMBER] = "(?<![a-z0-9])(?=[a-z_:-]{0,16}\\d)(?:",
    [AT_NAME] = "(?<![a-z0-9])(?=\\w[\\w+-]{0,40}(?:[.@]| ?[[({<]| at | @))(?:",
};

/* The path of a public page has words and numbers of all kinds: pages, posts, commits. */
enum exception { ANYWHERE, NOT_IN_VERSION, NOT_IN_PATH };

/* In the order in which they are tried at a place. PRIVATE_NONE: what is nobody's is passed over. */
static const struct {
    enum private_shape shape;
    enum place place;
    enum exception except;
    const char *pattern;
} rules[] = {
    {PRIVATE_HOME, AT_SIGN, NOT_IN_PATH,
     "(?:/homes?/|[/\\\\](?:Users|Documents and Settings)[/\\\\]+(?!(?:public|default|shared)" END ")|"
     "(?<![\\w.-])/(?:run/)?media/(?!(?:cdrom|dvd|usb\\d*|floppy|sd\\w?)" END "))\\w[\\w.+-]*"},
    {PRIVATE_HOME, AT_SIGN, NOT_IN_PATH,
     "(?<![\\w/~.)])~(?!(?:half|same|full|max|min|all|an?|the|idle|native|zero|none|twice|double|once|one|two|three|"
     "four|five|six|seven|eight|nine|ten|twenty|every|any|equal|instant)" END ")[a-z_][\\w-]{2,}"},
    {PRIVATE_HOST, AT_SIGN, ANYWHERE, "(?<![\\w\\\\])\\\\\\\\[a-z0-9][\\w.-]*\\\\+[\\w$][\\w.$-]*"},
    {PRIVATE_HOST, AT_SIGN, ANYWHERE, "(?<![\\w:/])//[a-z][\\w.-]*/\\w[\\w.$-]*"},
    {PRIVATE_MAIL, AT_SIGN, ANYWHERE, "@[\\w.-]{1,64}:[\\w-]+\\.[\\w.-]+"},
    {PRIVATE_PHONE, AT_SIGN, NOT_IN_PATH,
     "(?<![\\w.)+])\\+(?=(?:\\D{0,3}\\d){9})\\d{1,3}(?:[ ()./-]{0,3}\\d+){2,6}" END},
    {PRIVATE_PHONE, AT_SIGN, NOT_IN_PATH, "\\(\\d{3}\\) ?\\d{3}-\\d{4}(?![\\w-])"},
    {PRIVATE_SERIAL, AT_SIGN, NOT_IN_PATH,
     SERIAL("序列号|序號|序列號|シリアル(?:番号|ナンバー)?|製造番号|일련번호|серийный номер")},
    {PRIVATE_MAC, AT_BYTES, ANYWHERE,
     "(?<!" BYTE " )(?!55 aa)" MIXED(" _") BYTE "([ _])(?:" BYTE "\\g{-1}){4}" BYTE
                                                "(?!\\w|[ _][0-9a-f]{2}\\b)"},

    /* Checksums, and versions of four numbers, after what they are of. */
    {PRIVATE_NONE, AT_LABEL, ANYWHERE,
     "(?:commit|git|fix(?:es|ed by|ed in)|sha-?(?:1|256|512)|md5|checksum|hash|rev(?:ision)?|head|bisect\\w*|revert\\w*|"
     "cherry-pick\\w*|patch\\w*|merged?|upstream|mainline|branch|vendor-reset)(?:sum)?"
     "(?: of(?: the \\w+)?| is| now| at| to| from| in| points|[ :=([]|/(?:\\?id=)?)+[0-9a-f]{7,128}" END},
    {PRIVATE_NONE, AT_LABEL, ANYWHERE,
     "(?:agesa|combo\\w*|v?bios|uefi|firmware|fw|version|ver|v|driver|treiber|build|release|kernel|"
     "nvidia|adrenalin|catalyst|radeon|mesa|ovmf|qemu|windows|virtio(?:-win)?|cs?me|esxi|v?gpu|grid|update|i(?:drac|lo)\\d?|"
     "bmc|cudnn|tensorrt|rocm|smu|psp|gop|nvm|chipset|software)"
     "[ :=.v-]*(?!" PRIVATE_NETWORK ")" QUAD "(?![:/])"},
    {PRIVATE_NONE, AT_LABEL, ANYWHERE,
     "(?:(?:pve-manager/|hv_vendor_id=|vendor_id[^>]{0,24}?value=)\\S+|(?:id|h|hb)=[0-9a-f]{40}" END "|"
     "linux version \\S+ \\((?:build(?:d|er|bot)?|debian-kernel|mockbuild|nixbld\\d*|linux[\\w-]*)@\\S+|"
     "(?:model|part(?: ?no\\.?| number)?|p/n|pn|sku|fru|mpn)[ :=]+(?=[\\w-]*\\d)[\\w-]{6,}|"
     "(?:lore\\.kernel\\.org|mail-archive\\.com|spinics\\.net|gist\\.github(?:usercontent)?\\.com)/[^\\s?]+)"},
    {PRIVATE_SERIAL, AT_LABEL, NOT_IN_PATH, SERIAL(SERIAL_LABEL)},
    {PRIVATE_SERIAL, AT_LABEL, NOT_IN_PATH,
     "(?:tag[ :=#]+(?:is )?(?-i:(?=[A-Z\\d]*\\d[A-Z]+\\d)[A-Z\\d]{7})|(?-i:SN\\d{9,}|CN-0[A-Z0-9]{5}(?:-[A-Z0-9]{3,5}){3,4})|"
     "serial(?: n\\w+)? of (?:\\w+ ){1,4}(?=(?:[a-z]*\\d){5})[a-z\\d]{10,})(?![\\w.-])"},
    {PRIVATE_MAC, AT_LABEL, ANYWHERE,
     "(?:(?:en|wl|ww)x|(?:mac|hw|ethernet)(?:[ _-]?addr(?:ess)?)?[ :=]+(?:0x)?)[0-9a-f]{12}" END},
    {PRIVATE_UUID, AT_LABEL, ANYWHERE,
     "gpu-(?=[a-f]*\\d)(?=\\d*[a-f])[0-9a-f]{8}(?!\\w)|"
     "\\w{0,5}(?:uu|gu)id[\"']?[ :=]+[\"'{]?(?!" COMMON_UUID ")[0-9a-f]{4,8}[:-][0-9a-f:-]{2,}"},
    {PRIVATE_LONG_HEX, AT_LABEL, ANYWHERE,
     "(?:wwn|eui|naa|nguid|scsi|nvme)(?: device id)?[-.:= ]{1,3}(?:0x|[0-9a-f]{4}-)?(?:[0-9a-f]{12,}|[0-9a-f](?: ?[0-9a-f]){14,})" END},
    {PRIVATE_MAIL, AT_LABEL, NOT_IN_PATH,
     "(?:(?:(?:user|benutzer|computer|host|login)[ _]?name|login|logname)(?: of (?:(?:my|the|this) )?\\w+)?"
     "(?:[\"']? ?[:=]| (?:is|was|ist)(?= \\S*[\\d-])) ?[\"']?|(?:user|host)name (?=[a-z]*(?:\\d|-\\w)))"
     "(?!(?:root|admin\\w*|user|nobody|qemu|libvirt\\S*|localhost|proxmox|pve|none|unknown)(?![\\w-]))[\\w.-]{2,}"},
    {PRIVATE_IP_ADDRESS, AT_LABEL, NOT_IN_VERSION,
     "(?:ip(?:v4)?|ad(?:dr(?:ess)?|resse)|gateway|gw|dns|pings?|ssh|router|server|wan|vps|vpn|peer|endpoint|wireguard|tunnel|proxy|public|"
     "nas|rdp|vnc|spice|scp|reach\\w*|connect\\w*|listen\\w*|bind|resolv\\w*|traceroute|subnet|nat)"
     "(?![ :=]*(?:v|bios|driver|firm|agesa|release|build))[ :=a-z]{1,12}(?!127\\.0)" QUAD},
    {PRIVATE_HOST, AT_LABEL, NOT_IN_PATH,
     "(?:file|smb|cifs|nfs|afp|s?ftp|ssh|rdp|vnc|spice|rsync|ldaps?|iscsi|telnet)://(?!localhost|ftp\\.|rsync\\.)[\\w.-]+|"
     "(?:ssh|my (?:own )?(?:domain|server|site|host|vps|nas))(?: is| at|:)? [a-z0-9][\\w-]*\\." TOP_LEVEL},
    {PRIVATE_HOST, AT_LABEL, NOT_IN_PATH,
     "linux (?!version )[\\w.-]+ \\d+\\.\\d[\\w.+-]* #\\d"}, /* uname -a */
    {PRIVATE_MAIL, AT_LABEL, ANYWHERE, "https?://[^\\s/?#]*@"},
    {PRIVATE_HOST, AT_LABEL, ANYWHERE,
     "https?://(?:\\[|(?:\\d{1,3}\\.){3}\\d{1,3}(?![\\w.-])|"
     "(?!localhost" END ")(?:[\\w-]+(?![\\w.-])|[^\\s/?#]+:(?!(?:80|443)" END ")\\d))"},
    {PRIVATE_SERIAL, AT_LABEL, NOT_IN_PATH,
     "by-id/[\\w.:+-]{4,}|"
     "(?:ata|scsi|nvme|usb|mmc)-\\w[\\w.+-]{2,60}_(?=[a-z-]*\\d)[a-z0-9-]{6,}"},
    {PRIVATE_KEY, AT_LABEL, NOT_IN_PATH, "(?:SHA256:[\\w+/]{43}|(?:ssh-\\w+|ecdsa-\\S+) AAAA[\\w+/=]+)"},
    {PRIVATE_PHONE, AT_LABEL, NOT_IN_PATH,
     "(?:tel(?:efon)?|phone|mobile?(?=[.:]|.[+(0])|handy|call(?: me)?|whatsapp|fax)[ .:]+(?:\\w+ )?[+(]?(?=(?:\\D{0,3}\\d){7})\\d[\\d ()./-]{6,}"},

    {PRIVATE_NONE, AT_NUMBER, ANYWHERE, /* checksums of Git, SHA-256 */
     "(?:" COMMON_UUID "|(?<!=)(?-i:[0-9a-f]{40}|[0-9a-f]{64})|127\\.0\\.[01]\\.1)" END},
    /* Models of memory and disks, which look like serial numbers. */
    {PRIVATE_NONE, AT_NUMBER, ANYWHERE,
     "(?-i:CM[A-Z]\\d{1,3}G|F[45]-?\\d{4}|KHX\\d|KVR\\d|KF\\d{3}|BLS?\\d+K?\\d*G|CT\\d+[GMKTPX]|MZ[-A-Z0-9]|MTFD|"
     "SSD(?:P|SC)|HFS\\d|SDSS|HUS|WU[HS]\\d|K(?:BG|CD|CM|PM|XD|XG)\\d|BX80|CM80|TED\\d|BCM\\d|89HP|PI7C|\\d\\dN[IOS][A-Z]\\d|WDS?\\d|M(?:3|4)\\d\\d[A-Z]|HM[A-Z][A-Z0-9]|ST\\d+[A-Z]{2}|[A-Z]{1,8}\\d?(?:10|16|20|30|40|50)[5-9]0|"
     "[A-Z0-9]*(?:(?:120|128|240|250|256|480|500|512|960)G|\\dGX\\d))[-\\w]*"},
    {PRIVATE_MAC, AT_NUMBER, ANYWHERE, BYTE "([:-])" BYTE "(?:\\g{-1}" BYTE "){4,}(?!\\w|[:-]\\w)"},
    {PRIVATE_MAC, AT_NUMBER, ANYWHERE,
     "(?:" BYTE "(?:\\." BYTE "){5}|" ALONE "[0-9a-f]{4}(?:\\.[0-9a-f]{4}){2})(?!\\w|\\.\\w)"},
    {PRIVATE_MAC, AT_NUMBER, ANYWHERE, /* but no PCI ID */
     "(?<![\\w.:+-])(?<![0-9a-f]{6} )(?![0-9a-f:]*(?:10de|1002|8086|1022))"
     "(?=[\\d:-]*(?: \\d*)?[a-f])(?=[a-f:-]*\\d)(?:[0-9a-f]{4}([:-])[0-9a-f]{4}\\g{-1}[0-9a-f]{4}|[0-9a-f]{6}[:-][0-9a-f]{6}|"
     "(?=[a-f]*\\d\\w* [a-f]*\\d)[0-9a-f]{6} [0-9a-f]{6}(?! [0-9a-f]{6}" END "))(?!\\w|[:-]\\w)"},
    {PRIVATE_MAC, AT_NUMBER, ANYWHERE, /* but no address in memory */
     "(?<!addr[ =:])(?<!address[ =:])(?<!iova[ =:])(?<! at )0x(?!5[56]|7[c-f]|f)" MIXED(
         "") "(?![0-9a-f]*(?:000|fff)" END ")[0-9a-f]{12}" END},
    {PRIVATE_UUID, AT_NUMBER, ANYWHERE,
     "[0-9a-f]{8}([-_ .])[0-9a-f]{4}\\g{-1}[0-9a-f]{4}\\g{-1}[0-9a-f]{4}\\g{-1}[0-9a-f]{12}(?!\\w|-\\w)"},
    {PRIVATE_UUID, AT_NUMBER, ANYWHERE, /* how one begins */
     ALONE MIXED(
         "-") "(?!a486d8f8|8be4df61|4d36e9|c12a7328)[0-9a-f]{8}-[0-9a-f]{4}-(?:[0-9a-f]{4}(?!\\w)|\\.\\.|…|[x*]{2,}|\\*)"},
    {PRIVATE_UUID, AT_NUMBER, ANYWHERE, "[0-9a-z]{6}(?:-[0-9a-z]{4}){5}-[0-9a-z]{6}(?![\\w-])"}, /* of LVM */
    {PRIVATE_LONG_HEX, AT_NUMBER, NOT_IN_PATH, "[0-9a-f]{32,}" END},
    /* The address authority's numbers open with 2, 3, 5 or 6; no pointer does. */
    {PRIVATE_LONG_HEX, AT_NUMBER, ANYWHERE, "0x(?:[2356][0-9a-f]|00(?!00|ff|[0-9a-f]*0{5}))[0-9a-f]{14}" END},
    {PRIVATE_LONG_HEX, AT_NUMBER, ANYWHERE,
     ALONE "(?!0000|ffff)" MIXED("") "(?![0-9a-f]*(?:000|fff)" END ")[0-9a-f]{12,31}(?!\\w|\\.\\w)"},
    {PRIVATE_IP_ADDRESS, AT_NUMBER, ANYWHERE,
     "(?<![\\w.])(?:" PRIVATE_NETWORK "(?:" OCTET "\\.(?:" OCTET
     "|x{1,3}|n|\\*)|x{1,3}\\.x{1,3}|\\*)|192\\.168\\." OCTET ")(?!\\w|\\.\\d)"},
    {PRIVATE_IP_ADDRESS, AT_NUMBER, ANYWHERE,
     ALONE "(?:[6-9]\\d|1\\d\\d|2[0-5]\\d)(?:\\." OCTET "){3}(?!\\w|\\.\\d)"},
    /* Of small numbers alone is rather a version. */
    {PRIVATE_IP_ADDRESS, AT_NUMBER, NOT_IN_VERSION,
     ALONE "(?:(?=[\\d.]*(?<!\\d)(?:3[2-9]|[4-9]\\d|\\d{3})(?!\\d))" QUAD
           "|(?:8\\.8\\.[48]\\.[48]|1\\.1\\.1\\.1|9\\.9\\.9\\.9)(?!\\w|\\.\\d))"},
    {PRIVATE_IP_ADDRESS, AT_NUMBER, NOT_IN_VERSION,
     ALONE "(?:" QUAD
           "(?= (?:(?:is|was|as) )?(?:(?:my|the|our|an?) )?(?:(?:public|external|home|own|static) )?"
           "(?:ip|address|gateway|router|wan|vpn|vps|server|nas|dns|pings?|answers|reachable|unreachable)" END
           ")|(?<!.)" QUAD "(?!.))"},
    {PRIVATE_IP_ADDRESS, AT_NUMBER, NOT_IN_VERSION, ALONE QUAD "(?::\\d{2,5}|/\\d{1,2})" END},
    /* RFC 4291, 2.2: eight groups, or fewer with one "::". A PCI ID with its subsystem has four. */
    {PRIVATE_IP_ADDRESS, AT_NUMBER, ANYWHERE, "(?<![\\w:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}(?![\\w:])"},
    {PRIVATE_IP_ADDRESS, AT_NUMBER, ANYWHERE,
     "(?<![\\w:])(?=[0-9a-f]{0,2}(?::{1,2}[0-9a-f]{0,2}){0,7}[0-9a-f]{3})"
     "(?:[0-9a-f]{1,4}:){1,6}(?::[0-9a-f]{1,4}){1,6}(?![\\w:])"},
    {PRIVATE_IP_ADDRESS, AT_NUMBER, ANYWHERE, "(?<![\\w:])[0-9a-f]{3,4}:(?:[0-9a-f]{1,4}:){1,5}:(?![\\w:])"},
    /* Capitals and digits that keep changing, as no model's name does. */
    {PRIVATE_SERIAL, AT_NUMBER, ANYWHERE,
     "(?-i:" NO_MODEL
     "(?=(?:[A-Z]*\\d){4})(?=(?:\\d*[A-Z]){3})(?=[A-Z]+\\d+[A-Z]+\\d|\\d+[A-Z]+\\d+[A-Z])[A-Z0-9]{12,}|"
     "(?=[A-Z0-9]{12})(?![A-Z]+(?:20[12]\\d[01]\\d[0-3]|0{4}))[A-Z]{1,5}\\d{7,})(?![\\w-])"},
    /* HP: a factory, the last digit of a year, a week. Lenovo's. Any of ten that keeps changing, but no type
     * number of Lenovo's. */
    {PRIVATE_SERIAL, AT_NUMBER, ANYWHERE,
     ALONE
     "(?-i:" NO_MODEL "(?:\\d[A-Z]{2}|[A-Z]{2}[A-Z\\d])\\d[0-5]\\d(?=\\d{0,3}[A-Z])[A-Z\\d]{4}|"
     "(?:PF[0-5]|MJ0)(?=\\d{0,4}[A-Z])[A-Z\\d]{5}|"
     "(?!(?:1[0-3]|2[01]|3\\d|[78]\\d)[A-Z\\d]{8}(?!\\w)|[ABCHQTWXZ]\\d{3}[A-Z])(?=(?:\\d+[A-Z]+){3}|(?:[A-Z]+\\d+){3})[A-Z\\d]{10,11})(?![\\w-])"},
    {PRIVATE_SERIAL, AT_NUMBER, NOT_IN_PATH, ALONE "(?!0{6})\\d{15,}(?!\\w|\\.\\d)"},
    {PRIVATE_SERIAL, AT_NUMBER, ANYWHERE, "(?:\\d\\d-\\d{6}-\\d{6}-\\d" END "|S-1-\\d+(?:-\\d+){2,})"},
    {PRIVATE_KEY, AT_NUMBER, NOT_IN_PATH,
     "(?:(?-i:[A-Z0-9]{5}(?:-[A-Z0-9]{5}){3,})|[a-z0-9]{5}(?:-[a-z0-9]{5}){4}|" ALONE
     "[a-z0-9+/]{43}=)(?![\\w-])"},
    {PRIVATE_HOST, AT_NUMBER, NOT_IN_PATH, "(?-i:(?:DESKTOP|LAPTOP|WIN)-[A-Z0-9]{7,11})(?![\\w-])"},
    {PRIVATE_PHONE, AT_NUMBER, NOT_IN_PATH,
     ALONE
     "(?<![0-9a-f]{4} )(?:0{1,2}[1-9]\\d{1,4}[ /-]{1,3}(?:\\d{6,8}|\\d{3,4}[ -]\\d{3,8})|(?<!" BYTE
     " )0[1-9](?: \\d\\d){4}(?! " BYTE END
     "))(?![\\w.:-])|(?<![\\w-])(?:1-)?\\d{3}-\\d{3}-\\d{4}(?![\\w-])|" ALONE
     "(?:(?:1\\.)?[2-9]\\d\\d\\.[2-9]\\d\\d\\.\\d{4}|0[1-9]\\d{1,3}\\.\\d{3,5}\\.\\d{3,5})(?![\\w-]|\\.\\d)"},

    {PRIVATE_NONE, AT_NAME, ANYWHERE,
     "(?:[\\w.-]{1,64}@[\\w.-]{0,64}\\.(?:service|socket|target|timer|slice)|git@|"
     "(?:folding|seti|einstein|rosetta|milkyway)@home" END "|root@pam(?![\\w-])|"
     "(?:rc|jail|conf|default)\\.local" END "|host\\.docker\\.internal|localhost\\.\\w+)"},
    {PRIVATE_MAIL, AT_NAME, ANYWHERE, "(?<![\\w.+-])[\\w.+-]{1,64}@(?:[a-z]|\\d\\w*\\.[a-z])[\\w.-]*"},
    {PRIVATE_MAIL, AT_NAME, NOT_IN_PATH, "[\\w.+-]{1,64} ?(?:[[({<] ?(?:at|@) ?[])}>]|_at_) ?\\w[\\w.-]*"},
    {PRIVATE_MAIL, AT_NAME, ANYWHERE,
     "[\\w.+-]{1,64} (?:at (?:[\\w-]+(?: dot [\\w-]+)+|(?:gmail|googlemail|gmx|outlook|hotmail|yahoo|proton\\w*|icloud|"
     "web|posteo|mailbox|fastmail|aol)\\.\\w+)|(?:@|(?-i:AT)) ?[\\w-]+\\." TOP_LEVEL ")"},
    {PRIVATE_MAIL, AT_NAME, NOT_IN_PATH, /* "found at example.com" is none */
     "(?:[a-z]\\w*[._][\\w.]*[a-z]|(?:(?<!.)|(?<=[,;:(] )|(?<=[(:])|(?<=mail |tact |rite |each |ress | ask | me | is | by | to | or ))"
     "(?!(?:see|find|found|seen|read|more|look|avail\\w*|post\\w*|host\\w*|docu\\w*|bought|sold|order\\w*|report\\w*|down\\w*|asked|discuss\\w*|"
     "described?|explain\\w*|guide|thread|here|it|is|also|patch|issue|price\\w*|buy|get|out|this|that|them|all|anyone|everyone|people)" END
     ")[a-z][a-z\\d]{1,20}) at " NOT_PUBLIC "[\\w-]+\\." TOP_LEVEL},
    {PRIVATE_HOST, AT_NAME, ANYWHERE,
     "(?:(?<![\\w./-])|(?<=://))[a-z0-9][\\w.-]{0,80}\\.(?:lan|local|localdomain|home|internal|intranet|corp|private|"
     "home\\.arpa|fritz\\.box|myfritz\\.net|speedport\\.ip|ts\\.net|duckdns\\.org|dyndns\\.\\w+|ddns\\.net|no-ip\\.\\w+|"
     "synology\\.me|myds\\.me|nip\\.io)(?![\\w-]|\\.\\w)"},
    /* One of three names and more whose first is not that of a public service. */
    {PRIVATE_HOST, AT_NAME, ANYWHERE,
     "(?<![\\w./@-])(?!(?:www\\d?|forums?|docs?|wiki|gist|raw|git\\w*|bugs?|bugzilla|community|support|developer|"
     "downloads?|blog|lists?|lore|access|kb|packages?|repo|deb|archives?|mirrors?|static|cdn|old|en|de|fr|us|man|help|"
     "patchwork|people|ftp|bbs|discuss|answers|learn|issues|code|\\d+\\.\\d+|" PUBLIC ")\\.)"
     "[a-z0-9][\\w-]*(?:\\.[a-z0-9][\\w-]*){1,4}\\." TOP_LEVEL},
};

/* ---- finding it ---- */

/* All rules as one pattern, without those that do not hold in the path of a URL or in a version; each leaves
 * its number as a mark. */
static pcre2_code *compile_rules(enum exception without)
{
    struct buffer all CLEANUP(buffer_free) = BUFFER(64 * 1024);
    int error;
    PCRE2_SIZE at;
    const char *last = NULL;
    for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
        const char *place = places[rules[i].place];
        if (without && rules[i].except == without)
            continue;
        const char *end = last ? ")|" : "";
        buffer_append_format(&all, "%s%s(*MARK:%zu)(?:%s)%s", place == last ? "|" : end,
                             place == last ? "" : place, i, rules[i].pattern,
                             rules[i].shape ? "" : "(*SKIP)(*FAIL)");
        last = place;
    }
    buffer_append_byte(&all, ')');
    pcre2_code *code =
        all.failed ? NULL
                   : pcre2_compile((PCRE2_SPTR)all.data, all.length, PCRE2_CASELESS, &error, &at, NULL);
    if (code) /* where a system forbids to compile it, pcre2_match interprets */
        (void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return code;
}

/* Made once in the life of a program, when it is first asked for. */
static const pcre2_code *rules_without(enum exception without)
{
    static pcre2_code *compiled[NOT_IN_PATH + 1];
    if (!compiled[without])
        compiled[without] = compile_rules(without);
    return compiled[without];
}

/* ---- the search ---- */

/* How a reader sees the character at `text`: full-width letters, digits and punctuation, dashes and spaces of
 * all kinds as ASCII, what has no width as nothing. Appends it and returns its bytes in `text`. */
static size_t fold(const char *text, size_t length, bool is_url, struct buffer *folded)
{
    uint32_t c;
    size_t size = text_decode(text, length, &c);
    if (is_url && c == '%' && length > 2 && isxdigit((unsigned char)text[1]) &&
        isxdigit((unsigned char)text[2])) {
        char digits[] = {text[1], text[2], '\0'};
        buffer_append_byte(folded, (char)strtol(digits, NULL, 16));
        return 3;
    }
    if (!size)
        size = c = 1;
    if (c >= 0xff01 && c <= 0xff5e)
        buffer_append_byte(folded, (char)(c - 0xff01 + '!'));
    else if (c >= 0x1d7ce && c <= 0x1d7ff) /* digits of mathematics */
        buffer_append_byte(folded, (char)('0' + (c - 0x1d7ce) % 10));
    else if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
        buffer_append_byte(folded, '-');
    else if (c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x3000)
        buffer_append_byte(folded, ' ');
    else if (c < 0x80 || !(text_is_unsafe(c) || c == 0x34f || (c >= 0xfe00 && c <= 0xfe0f)))
        buffer_append(folded, text, size);
    return size;
}

/* Where in `text` the byte `at` of the folded text stands. */
static size_t unfold(const char *text, size_t length, bool is_url, size_t at)
{
    struct buffer folded CLEANUP(buffer_free) = BUFFER(length + 1);
    size_t position = 0;
    while (position < length && folded.length < at)
        position += fold(text + position, length - position, is_url, &folded);
    return position;
}

static enum private_shape search(const char *text, size_t length, enum exception without, size_t *start,
                                 size_t *end)
{
    static pcre2_match_data *match;
    const pcre2_code *code = rules_without(without);
    if (!match)
        match = pcre2_match_data_create(1, NULL);
    int result = code && match ? pcre2_match(code, (PCRE2_SPTR)text, length, *start, 0, match, NULL)
                               : PCRE2_ERROR_NOMEMORY;
    if (result == PCRE2_ERROR_NOMATCH)
        return PRIVATE_NONE;
    if (result < 0)
        return PRIVATE_UNCHECKED;
    *start = pcre2_get_ovector_pointer(match)[0];
    *end = pcre2_get_ovector_pointer(match)[1];
    return rules[atoi((const char *)pcre2_get_mark(match))].shape;
}

/* The query of a URL is a text like any other. */
static enum private_shape search_in(enum private_context context, const char *text, size_t length,
                                    size_t *start, size_t *end)
{
    if (context != PRIVATE_IN_URL)
        return search(text, length, context == PRIVATE_IN_VERSION ? NOT_IN_VERSION : ANYWHERE, start, end);
    const char *query = memchr(text, '?', length);
    enum private_shape shape = search(text, query ? (size_t)(query - text) : length, NOT_IN_PATH, start, end);
    if (shape || !query)
        return shape;
    *start = (size_t)(query - text);
    return search(text, length, ANYWHERE, start, end);
}

enum private_shape private_text_find(const char *text, enum private_context context, size_t *start,
                                     size_t *length)
{
    if (private_text_is_harmless(text, context))
        return PRIVATE_NONE;
    size_t size = strlen(text);
    size_t from = 0;
    size_t to = size;
    bool is_url = context == PRIVATE_IN_URL;
    bool is_plain = text_plain_length(text, size) == size && !(is_url && strchr(text, '%'));
    struct buffer folded CLEANUP(buffer_free) = BUFFER(size + 1);
    for (size_t at = 0; !is_plain && at < size;)
        at += fold(text + at, size - at, is_url, &folded);
    enum private_shape shape = folded.failed ? PRIVATE_UNCHECKED
                               : is_plain
                                   ? search_in(context, text, size, &from, &to)
                                   : search_in(context, buffer_text(&folded), folded.length, &from, &to);
    if (!shape || !start)
        return shape;
    bool moved = !is_plain && shape != PRIVATE_UNCHECKED;
    *start = moved ? unfold(text, size, is_url, from) : from;
    *length = (moved ? unfold(text, size, is_url, to) : to) - *start;
    return shape;
}

const char *private_shape_name(enum private_shape shape)
{
    static const char *const shape_names[] = {
        [PRIVATE_NONE] = "nothing",
        [PRIVATE_MAC] = "a MAC address",
        [PRIVATE_UUID] = "a UUID",
        [PRIVATE_LONG_HEX] = "a machine ID or another long hexadecimal number",
        [PRIVATE_MAIL] = "an e-mail address or a user and host name",
        [PRIVATE_IP_ADDRESS] = "an IP address",
        [PRIVATE_HOME] = "a path with a user name",
        [PRIVATE_HOST] = "the name of a host or of a share in a private network",
        [PRIVATE_SERIAL] = "a serial number",
        [PRIVATE_KEY] = "a key or its fingerprint",
        [PRIVATE_PHONE] = "a telephone number",
        [PRIVATE_UNCHECKED] = "a text that could not be checked for want of memory",
    };
    return shape_names[shape];
}

/* ---- names that are known ---- */

static bool is_word(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
}

static bool is_everybodys(const char *name)
{
    static const char *const common[] = {
        "root",   "user",     "admin",   "administrator", "localhost", "localdomain", "proxmox", "unraid",
        "tower",  "truenas",  "freenas", "debian",        "ubuntu",    "fedora",      "arch",    "archlinux",
        "linux",  "nixos",    "kali",    "server",        "desktop",   "laptop",      "host",    "home",
        "guest",  "computer", "windows", "workstation",   "virt",      "libvirt",     "qemu",    "nvidia",
        "gentoo", "manjaro",  "gaming",  "test",          "none",      "homelab",     "opensuse"};
    for (size_t i = 0; i < ARRAY_SIZE(common); i++)
        if (strcasecmp(common[i], name) == 0)
            return true;
    return false;
}

bool private_name_stands_in(const char *text, const char *name)
{
    size_t length = strlen(name);
    if (length < 4 || is_everybodys(name))
        return false;
    for (const char *at = text; *at; at++)
        if ((at == text || !is_word(at[-1])) && strncasecmp(at, name, length) == 0 && !is_word(at[length]))
            return true;
    return false;
}
