#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Looks at a published site in Chromium, as a user without rights. Usage: site_browser.py ADDRESS NAMES QUESTIONS
       site_browser.py ADDRESS NAMES DIRECTORY      which gets a picture of each page, narrow and wide, light and dark
       site_browser.py ADDRESS NAMES --time

NAMES has lines "what a person types<TAB>PCI ID<TAB>..." of what the search has to show first; QUESTIONS has a JSON object a line:
a question, and what /buy/ has to show. Prints lines `ok ...` and
`not ok ...`; exits with 77 where Chromium does not start."""
import json
import os
import re
import sys
import tempfile

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

ADDRESS, NAMES, QUESTIONS = sys.argv[1:]
PAGES = ["/", "/gpu/10de-1d01/", "/gpu/10de-2484/", "/vendor/1002/", "/vendor/10de/", "/series/geforce-rtx-30/", "/symptom/nvrm-vbios-copy-failed/", "/chip/GP108/", "/report/", "/buy/", "/compare/?ids=10de:1d16+10de:1d01", "/data/",
         "/404.html"]
COMBINATIONS = [("light", 1280), ("dark", 360), ("light", 360), ("dark", 1280)]
failed = False

# Rules of accessibility that a page can be asked for: contrast of 4.5 (3 of large text), names of what can be used, one main
# landmark, headings in order, a language, no id twice.
RULES = r"""
const wrong = [];
const say = (rule, element) => wrong.push(rule + ": " + element.outerHTML.slice(0, 120));
const part = (value) => (value /= 255) <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const numbers = (color) => (color.match(/[\d.]+/g) || []).map(Number);
const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
const back = (element) => {
  for (; element; element = element.parentElement) {
    const color = numbers(getComputedStyle(element).backgroundColor);
    if (color.length === 3 || color[3] > 0) return color;
  }
  return [255, 255, 255];
};
const closed = [...document.querySelectorAll("details:not([open])")];
for (const details of closed) details.open = true;
const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node; (node = texts.nextNode());) {
  const element = node.parentElement;
  const style = getComputedStyle(element);
  if (!node.data.trim() || !element.checkVisibility() || element.closest("script, noscript, option")) continue;
  const [a, b] = [light(numbers(style.color)), light(back(element))].sort((x, y) => y - x);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  if ((a + 0.05) / (b + 0.05) < (isLarge ? 3 : 4.5)) say("contrast " + ((a + 0.05) / (b + 0.05)).toFixed(1), element);
}
for (const element of document.querySelectorAll("a, button, summary"))
  if (!(element.textContent.trim() || element.getAttribute("aria-label"))) say("no name", element);
for (const element of document.querySelectorAll("input, select, textarea"))
  if (!element.labels.length && !element.getAttribute("aria-label")) say("no label", element);
for (const element of document.querySelectorAll("[aria-labelledby], [aria-controls]"))
  for (const id of [element.getAttribute("aria-labelledby"), element.getAttribute("aria-controls")])
    if (id && !document.getElementById(id)) say("leads to no id", element);
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
if (new Set(ids).size !== ids.length) wrong.push("an id twice");
if (document.querySelectorAll("main").length !== 1) wrong.push("no main, or several");
if (document.querySelectorAll("h1").length !== 1) wrong.push("no h1, or several");
let before = 0;
for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
  const level = Number(heading.tagName[1]);
  if (level > before + 1) say("heading left out", heading);
  before = level;
}
if (!document.documentElement.lang) wrong.push("no language");
if (document.documentElement.scrollWidth > document.documentElement.clientWidth) wrong.push("wider than the window");
for (const details of closed) details.open = false;
return wrong;
"""


def check(name, wrong):
    global failed
    failed |= bool(wrong)
    print("%s - %s" % ("not ok" if wrong else "ok", name))
    for line in wrong:
        print("    # %s" % line)


def start():
    options = webdriver.ChromeOptions()
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage", "no-first-run",
                     "disable-background-networking", "user-data-dir=" + tempfile.mkdtemp()):
        options.add_argument("--" + argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    options.add_experimental_option("perfLoggingPrefs", {"enableNetwork": True, "enablePage": False})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


def set_width(driver, width):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                           {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == 360})


def wait_for(driver, done):
    for _ in range(200):
        if done():
            return done()
        driver.execute_async_script("setTimeout(arguments[0], 25)")
    return None


def look(driver, pictures=None):
    for page in PAGES:
        driver.get(ADDRESS + page)
        # Colours depend on the theme, what fits on the width: both in every combination are for the eye.
        for theme, width in COMBINATIONS if pictures else COMBINATIONS[:2]:
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": theme}]})
            set_width(driver, width)
            if pictures:
                name = page.split("?")[0].strip("/").replace("/", "-") or "home"
                driver.save_screenshot("%s/%s-%d-%s.png" % (pictures, name, width, theme))
            check("rules of accessibility: %s %d %s" % (page, width, theme), driver.execute_script(RULES))


def look_after(driver, what):
    """The rules where something was done with a page, narrow and wide."""
    for width in (360, 1280):
        set_width(driver, width)
        check("rules of accessibility: %s %d" % (what, width), driver.execute_script(RULES))


def ask(driver, text):
    """What the search shows: the addresses, and what it says."""
    return driver.execute_async_script(
        "const q = document.getElementById('q'); q.value = arguments[0]; q.dispatchEvent(new Event('input'));"
        "setTimeout(() => arguments[1]([[...document.querySelectorAll('#hits a')].map((link) => link.href),"
        " document.getElementById('said').innerText]), 0)", text)


def search(driver):
    driver.get(ADDRESS + "/")
    driver.find_element(By.ID, "q").send_keys("rtx")
    wait_for(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "#hits a"))
    wrong = []
    with open(NAMES) as lines:
        for line in lines:
            text, first = line.rstrip("\n").split("\t")[:2]
            found = ask(driver, text)[0][:1]
            if found != ["%s/gpu/%s/" % (ADDRESS, first.replace(":", "-"))]:
                wrong.append("%s: %s, not %s" % (text, found, first))
    check("search: names as the program finds them", wrong)
    look_after(driver, "search with a list")
    for text, path in (("10de:1d16", "/gpu/10de-1d16/"), ("01:00.0 VGA [0300]: NVIDIA [10DE:1D16] (rev a1)", "/gpu/10de-1d16/"),
                       ("PCI\\VEN_10DE&DEV_1D16&SUBSYS_380C17AA", "/gpu/10de-1d16/"), ("10de:1d16:1043:8708", "/gpu/10de-1d16/"),
                       ("[    5.1] NVRM: failed to copy vbios to system memory.", "/symptom/nvrm-vbios-copy-failed/"),
                       ("nvidia code 43", "/symptom/nvidia-code-43/"), ("AMD reset bug", "/symptom/amd-reset-bug/")):
        check("search: %s" % text, [] if ask(driver, text)[0][:1] == [ADDRESS + path] else [str(ask(driver, text))])
    wrong = []
    with open(os.path.join(os.path.dirname(NAMES), "lines")) as lines:
        for line in lines:
            text, symptom = line.rstrip("\n").rsplit("\t", 1)
            found = [link for link in ask(driver, text)[0] if "/symptom/" in link][:1]
            if found != ([] if symptom == "-" else ["%s/symptom/%s/" % (ADDRESS, symptom)]):
                wrong.append("%s: %s, not %s" % (text, found, symptom))
    check("search: lines of logs as diagnose reads them", wrong)
    hostile = "<img src=x onerror=alert(1)>"
    ask(driver, hostile)
    check("search: what was typed is no markup", [element.get_attribute("outerHTML") for element in driver.find_elements(By.TAG_NAME, "img")])
    for text in ("zzzz", "failed to copy"): # a GPU's name has "to"
        check("search: that nothing is found is said: %s" % text, [] if "Nothing" in ask(driver, text)[1] else [str(ask(driver, text))])
    box = driver.find_element(By.ID, "q")
    box.clear()
    box.send_keys("geforce mx330")
    box.send_keys(Keys.ARROW_DOWN, Keys.ENTER)
    wait_for(driver, lambda: driver.current_url != ADDRESS + "/")
    check("search: by keyboard alone", [] if driver.current_url == ADDRESS + "/gpu/10de-1d16/" else [driver.current_url])


def time_keys(driver):
    """How long it takes from a key to the list that is laid out: all beginnings of NAMES, as they are typed, the best of 5 of each,
    as the machine may have other things to do."""
    driver.get(ADDRESS + "/")
    ask(driver, "rtx 3060")
    driver.execute_async_script("setTimeout(arguments[0], 2000)")
    with open(NAMES) as lines:
        names = [line.split("\t")[0].rstrip("\n") for line in lines if line[0] != "#"]
    driver.set_script_timeout(300)
    times = sorted(driver.execute_async_script("""
        const [texts, done] = arguments;
        const q = document.getElementById("q");
        (async () => {
          const best = texts.map(() => Infinity);
          for (let turn = 0; turn < 5; turn++)
            for (const [i, text] of texts.entries()) {
              q.value = text;
              const start = performance.now();
              const shown = new Promise((resolve) => new MutationObserver(resolve).observe(q, { attributes: true }));
              q.dispatchEvent(new Event("input"));
              await shown;
              document.getElementById("hits").getBoundingClientRect();
              best[i] = Math.min(best[i], performance.now() - start);
              await new Promise((resolve) => setTimeout(resolve, 0));
            }
          done(best.map((time, i) => [time, texts[i]]));
        })();""", [name[:end] for name in names for end in range(1, len(name) + 1)]))
    print("search in the browser: %d keys, median %.1f ms, 99 %% within %.1f ms, at most %.1f ms (%s)" % (
        len(times), times[len(times) // 2][0], times[len(times) * 99 // 100][0], times[-1][0], times[-1][1]))


def shown_text(driver, selector):
    return driver.execute_script("return [...document.querySelectorAll(arguments[0])].map((element) => element.innerText.trim())", selector)


def buy(driver):
    """Each question of QUESTIONS: the cards, their order and verdicts, why the first one and what speaks against it, as the program says."""
    with open(QUESTIONS) as lines:
        for line in lines:
            wanted = json.loads(line)
            driver.get(ADDRESS + "/buy/?" + wanted["query"])
            wait_for(driver, lambda: driver.find_element(By.ID, "count").text)
            why, mind, count = shown_text(driver, "#why")[0], shown_text(driver, "#mind")[0], shown_text(driver, "#count")[0]
            seen = {"cards": shown_text(driver, "#cards a"), "unpriced": shown_text(driver, "#unpriced-cards a"),
                    "why": why.partition(": ")[2], "mind": mind.partition(": ")[2]}
            wrong = ["%s: %s, not %s" % (key, seen[key], wanted[key]) for key in seen if seen[key] != wanted[key]]
            for badge, (level, percent) in zip(shown_text(driver, "#cards .badge"), wanted["levels"]):
                words = badge.split()
                if words[0] != level or abs(int(words[1]) - percent) > 0.51:
                    wrong.append("%s, not %s %s %%" % (badge, level, percent))
            if wanted["error"] and wanted["error"].lower().split(":")[0] not in count.lower():
                wrong.append("%s, not %s" % (count, wanted["error"]))
            words = [" ".join(sorted(text.split())) for text in (driver.find_element(By.ID, "command").text, "passthru recommend " + wanted["question"])]
            if words[0] != words[1]:
                wrong.append("the command is %s" % words[0])
            check("buy: %s" % wanted["question"], wrong)
    look_after(driver, "buy with an answer")
    driver.get(ADDRESS + "/buy/?beside=1")
    driver.find_element(By.ID, "beside").send_keys("01:00.0 VGA [0300]: NVIDIA Corporation GA106 [10de:2504] (rev a1)")
    driver.find_element(By.ID, "vram").send_keys("1e9")
    check("buy: what lspci says is taken, a wrong number is named",
          [] if "--beside 10de:2504" in driver.find_element(By.ID, "command").text and "--vram" not in driver.find_element(By.ID, "command").text
          and "Left out" in driver.find_element(By.ID, "count").text else shown_text(driver, "#command, #count"))


def compare(driver):
    driver.get(ADDRESS + "/compare/?ids=10de:1d16+10de:1d01+0000:0000+10de:2504+10de:2503")
    wait_for(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "#table tbody tr"))
    heads = [link.get_attribute("href") for link in driver.find_elements(By.CSS_SELECTOR, "#table thead a")]
    check("compare: one beside the other", [] if heads == [ADDRESS + "/gpu/%s/" % slug for slug in ("10de-1d16", "10de-1d01", "10de-2504")] else heads)
    told = driver.find_element(By.ID, "told").text
    check("compare: one that is not known is named", [] if "0000:0000. " in told else [told])
    check("compare: of five the last is left out, and named", [] if "left out: 10de:2503." in told else [told])
    look_after(driver, "compare with a table")
    driver.execute_script("const form = document.getElementById('compare'); form.requestSubmit(); form.requestSubmit()")
    driver.execute_async_script("setTimeout(arguments[0], 500)")
    wait_for(driver, lambda: driver.find_elements(By.CSS_SELECTOR, "#table tbody tr"))
    check("compare: asked twice at once, one table", shown_text(driver, "#table thead tr")[1:])
    check("compare: what is the same is told from what differs", [] if driver.find_elements(By.CSS_SELECTOR, "#table .differs") else ["nothing"])


def unreachable(driver):
    """That data did not come is not that a GPU is not known."""
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": ["*/api/*"]})
    for page, place in (("/compare/?ids=10de:1d16+10de:1d01", "told"), ("/buy/?gpu=10de:1d16", "count")):
        driver.get(ADDRESS + page)
        said = wait_for(driver, lambda: driver.find_element(By.ID, place).text)
        check("what did not come is not unknown: %s" % page, [] if said and "did not come: try again." in said and "known as" not in said else [str(said)])
    driver.execute_cdp_cmd("Network.setBlockedURLs", {"urls": []})


def told_after(driver, act):
    """What the form says after something was done."""
    driver.execute_script("document.getElementById('answer').replaceChildren()")
    act()
    return wait_for(driver, lambda: driver.find_element(By.ID, "answer").text) or ""


def press(driver, *keys):
    for key in keys:
        driver.switch_to.active_element.send_keys(key)


def fill(driver):
    """By keyboard alone, from the first field on."""
    driver.find_element(By.ID, "pci_id").send_keys("")
    press(driver, Keys.TAB, "works-with", Keys.TAB, "Compute", Keys.TAB, Keys.TAB)      # outcome, use, one more
    press(driver, "yes", *[Keys.TAB] * 6, "untested", Keys.TAB)                         # the first and the last stage
    press(driver, "Nvidia code 43", Keys.TAB, Keys.ENTER, "the fan howls", Keys.TAB)    # "one more" leads to its field
    press(driver, Keys.TAB, "romfile", Keys.TAB, "fixed", Keys.TAB, "nvidia", Keys.TAB) # attempt


def report(driver):
    """The form: what is shown is what is sent, a bad one is refused with its reasons at its fields, a good one gets its token."""
    driver.get(ADDRESS + "/report/?gpu=10de:1d16")
    wait_for(driver, driver.find_element(By.ID, "report").is_displayed)
    driver.find_element(By.ID, "pci_id").clear()
    driver.find_element(By.ID, "pci_id").send_keys("01:00.0 VGA [0300]: NVIDIA GP108 [10DE:1D01] (rev a1)")
    fill(driver)
    for name, value in (("hypervisor", "Proxmox"), ("guest_os", "linux"), ("kernel", "6.17.13-2-pve"), ("subsystem", " 1043:8708"), ("machine_type", "microvm"),
                        ("chassis", "desk"), ("note", "<b>ask me@example.org</b>")):
        driver.find_element(By.ID, name).send_keys(value)
    button = driver.find_element(By.CSS_SELECTOR, "#report [type=submit]")
    told = told_after(driver, lambda: button.send_keys(Keys.ENTER))
    problem = shown_text(driver, "#note + .problem")
    check("report: what is wrong is said, at its field", [] if "note" in told.lower() and "number" not in told and problem and problem[0] in told
          and driver.switch_to.active_element.get_attribute("id") == "note" else [told, str(problem)])
    look_after(driver, "report with a problem")
    driver.find_element(By.ID, "note").clear()
    driver.find_element(By.ID, "note").send_keys("<b>the fan</b> & \"more\"")
    shown = json.loads(driver.find_element(By.ID, "json").text)
    date = shown.pop("date", "")
    check("report: what is shown", [] if re.fullmatch("20[0-9]{2}-[01][0-9]-[0-3][0-9]", date) and shown == {
        "pci_id": "10de:1d01", "outcome": "works-with-workaround", "use": ["compute"], "stages": {"bind": "yes", "second_start": "untested"},
        "symptoms": ["nvidia-code-43", "other:the fan howls"], "attempts": [{"fix": "romfile", "result": "fixed", "for": "nvidia-code-43"}],
        "hypervisor": "proxmox", "guest_os": "linux", "kernel": "6.17.13-2-pve", "subsystem": "1043:8708", "machine_type": "other:microvm",
        "chassis": "desktop", "note": "<b>the fan</b> & \"more\""} else [date, str(shown)])
    told = told_after(driver, lambda: button.send_keys(Keys.ENTER))
    check("report: its number, its token and what to do with them",
          [] if re.search("number: [0-9a-f]{64}\nIts token: [0-9a-f]{64}\n", told) and "curl -X DELETE" in told else [told])
    print("# sent %s" % "".join(re.findall("number: ([0-9a-f]{64})", told)))
    look_after(driver, "report with a receipt")
    driver.find_element(By.ID, "note").send_keys(", again")
    told = told_after(driver, lambda: button.send_keys(Keys.ENTER))
    driver.find_element(By.CSS_SELECTOR, "#withdraw [type=submit]").send_keys(Keys.ENTER)
    told_back = wait_for(driver, lambda: driver.find_element(By.ID, "withdrawn").text)
    check("report: it can be taken back", [] if told_back == "It is taken back." else [str(told_back)])
    print("# withdrawn %s" % "".join(re.findall("number: ([0-9a-f]{64})", told)))


def keyboard(driver):
    """The first key leads to the text, and all that is reached can be seen and shows that it is."""
    driver.get(ADDRESS + "/gpu/10de-1d01/")
    wrong = []
    for step in range(25):
        webdriver.ActionChains(driver).send_keys(Keys.TAB).perform()
        seen = driver.execute_script(
            "const e = document.activeElement, r = e.getBoundingClientRect(), s = getComputedStyle(e);"
            "return [e.tagName, e.textContent.slice(0, 40), r.width > 0 && r.height > 0 && r.left >= 0 && r.right <= innerWidth + 1"
            " && r.top < innerHeight && r.bottom > 0, s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 1]")
        if seen[0] == "BODY":
            break
        if step == 0 and seen[1] != "To the text":
            wrong.append("the first is %s" % seen)
        if not seen[2] or not seen[3]:
            wrong.append("not seen: %s" % seen)
    check("keyboard: what has the focus is seen", wrong if step > 12 else ["only %d" % step])
    driver.get(ADDRESS + "/gpu/10de-1d01/")
    webdriver.ActionChains(driver).send_keys(Keys.TAB, Keys.ENTER, Keys.TAB).perform()
    check("keyboard: past the head with two keys", [] if driver.execute_script(
        "return document.getElementById('main').contains(document.activeElement)") else [driver.execute_script("return document.activeElement.outerHTML")])
    webdriver.ActionChains(driver).send_keys(Keys.TAB).perform()
    driver.execute_script("document.querySelector('details summary').focus()")
    webdriver.ActionChains(driver).send_keys(Keys.ENTER).perform()
    check("keyboard: what is folded opens", [] if driver.execute_script("return document.querySelector('details').open") else ["closed"])


def without_script(driver):
    driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    for page in PAGES[::1 if "EVERY_CALL" in os.environ else 2]:
        driver.get(ADDRESS + page)
        text = driver.find_element(By.TAG_NAME, "main").text
        forms = [form.get_attribute("id") for form in driver.find_elements(By.CSS_SELECTOR, "form, input, button, select") if form.is_displayed()]
        check("without JavaScript: %s has its text, and nothing that does nothing" % page, forms + ([] if len(text) > 120 else [text]))
    driver.get(ADDRESS + "/buy/")
    with open(QUESTIONS) as lines:
        general = [json.loads(line)["cards"] for line in lines if '"query": ""' in line]
    check("without JavaScript: what to buy", [] if shown_text(driver, "#cards a")[:20] == general[0] and not driver.find_element(By.ID, "buy").is_displayed()
          else shown_text(driver, "#cards a")[:20])
    driver.get(ADDRESS + "/report/")
    check("without JavaScript: how to report", [] if "passthru report export" in driver.find_element(By.TAG_NAME, "main").text
          and not driver.find_element(By.ID, "report").is_displayed() else shown_text(driver, "main"))
    driver.get(ADDRESS + "/")
    check("without JavaScript: lists, and no box that does nothing",
          [] if not driver.find_element(By.ID, "q").is_displayed() and driver.find_element(By.ID, "lists").is_displayed() else ["?"])


def main():
    try:
        driver = start()
    except WebDriverException as error:
        print("# Chromium does not start here: %s" % (error.msg or "").strip().split("\n")[0])
        return 77
    if QUESTIONS == "--time":
        time_keys(driver)
        driver.quit()
        return 0
    if os.path.isdir(QUESTIONS):
        look(driver, QUESTIONS)
        driver.quit()
        return failed
    look(driver)
    search(driver)
    keyboard(driver)
    buy(driver)
    compare(driver)
    unreachable(driver)
    report(driver)
    check("no console message", [entry["message"] for entry in driver.get_log("browser") if "status of 422" not in entry["message"] and "0000-0000.json" not in entry["message"] and "ERR_BLOCKED" not in entry["message"]])
    asked = [entry["message"] for entry in driver.get_log("performance") if '"Network.requestWillBeSent"' in entry["message"]
             and '"documentURL":"%s' % ADDRESS in entry["message"]]
    check("no request to another host", [message[:200] for message in asked if '"url":"%s/' % ADDRESS not in message
                                         and '"url":"data:' not in message])
    check("requests were seen", [] if asked else ["none"])
    without_script(driver)
    driver.quit()
    return failed


sys.exit(main())
