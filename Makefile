# SPDX-License-Identifier: GPL-2.0-or-later
# passthru. `make help` lists the targets.
VERSION := 0.1.0
BUILD   := build$(if $(SAN),-san)$(if $(BUNDLE),-bundle)
PREFIX  := /usr/local
PKG_CONFIG ?= pkg-config
PCI_IDS := $(firstword $(wildcard /usr/share/misc/pci.ids /usr/share/hwdata/pci.ids))

# ---- compiler ----------------------------------------------------------------------------------------------------
WARNINGS := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2 -Wundef
HARDENING := -fstack-protector-strong -fPIE
comma := ,
SANITIZE := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
CFLAGS ?= $(if $(SAN),-O1,-O2) -g
override CPPFLAGS += -D_GNU_SOURCE -I. -I$(BUILD)/gen $(if $(SAN),,-D_FORTIFY_SOURCE=2)
override CFLAGS += -std=c17 $(WARNINGS) $(HARDENING) $(SANITIZE) $(if $(BUNDLE),-ffile-prefix-map=$(CURDIR)=.)
override LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,-O1,--as-needed $(SANITIZE)

# Say `make V=1` to see whole commands.
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-5s %s\n' $(1) $(2))

# ---- what is built from what -------------------------------------------------------------------------------------
# A room's libraries stand beside it; a program links the rooms that it may know (docs/architecture.md). libpci and
# libcurl are loaded when they are needed (core/library.h).
LIBS_core := jansson libpcre2-8
LIBS_db := sqlite3 libsodium
LIBS_probe := expat
LIBS_feed := libsodium libzstd
LIBS_importer := zlib inih
LIBS_hub := libmicrohttpd libpq libsystemd
PROGRAMS := passthru passthru-import
SERVER := $(if $(BUNDLE),,passthru-hub)
ROOMS_passthru := cli probe answer db core
ROOMS_passthru-import := importer feed db core
ROOMS_passthru-hub := hub feed answer db core

SCRIPTS := $(patsubst schema/%.sql,$(BUILD)/gen/%_sql.c,$(wildcard schema/*.sql))
GENERATED := $(addprefix $(BUILD)/gen/,vocabulary_values.h vocabulary_values.c report_fields.h report_fields.c gpu_tables.h private_rules.h questions.h help.c importer_help.c hub_help.c version.h) $(SCRIPTS)
room_sources = $(wildcard $(1)/*.c) $(if $(filter core,$(1)),$(BUILD)/gen/vocabulary_values.c $(BUILD)/gen/report_fields.c) $(if $(filter db,$(1)),$(SCRIPTS)) $(if $(filter cli,$(1)),$(BUILD)/gen/help.c) $(if $(filter importer hub,$(1)),$(BUILD)/gen/$(1)_help.c)
objects_of = $(patsubst %.c,$(BUILD)/%.o,$(patsubst $(BUILD)/%,%,$(foreach room,$(1),$(call room_sources,$(room)))))
library_flags = $(if $(1),$(shell $(PKG_CONFIG) --libs $(1)))
libraries_of = $(sort $(foreach room,$(1),$(LIBS_$(room))))
libs_of = $(call library_flags,$(libraries_of)) -lm

# BUNDLE=1: programs that run wherever glibc does. Each library is linked as its archive, where there is one.
ifdef BUNDLE
archive = $(firstword $(wildcard $(foreach suffix,.a _s.a,$(shell $(CC) -print-file-name=lib$(1)$(suffix)))))
archives_of = $(foreach flag,$(filter -l%,$(call library_flags,$(1))),$(call archive,$(flag:-l%=%)))
BUNDLED := $(call libraries_of,$(ROOMS_passthru) $(ROOMS_passthru-import))
$(foreach library,$(BUNDLED),$(eval ARCHIVES_$(library) := $(call archives_of,$(library))))
WITHOUT_ARCHIVE := $(strip $(foreach library,$(BUNDLED),$(if $(ARCHIVES_$(library)),,$(library))))
$(if $(WITHOUT_ARCHIVE),$(info BUNDLE=1: no archive is installed of: $(WITHOUT_ARCHIVE). It is used as a shared library.))
# What no program calls is left out, and the addresses to be set at the start are a bitmap where libc reads that. libc
# first: most symbols are looked for there.
PACKED := $(if $(shell grep -sl GLIBC_ABI_DT_RELR /dev/null $$($(CC) -print-file-name=libc.so.6)),-Wl$(comma)-z$(comma)pack-relative-relocs)
override LDFLAGS += -Wl,--gc-sections $(PACKED)
libs_of = $(foreach library,$(libraries_of),$(or $(ARCHIVES_$(library)),$(call library_flags,$(library)))) -lc -lm
endif

.PHONY: all check check-quick check-long examples install install-hub uninstall uninstall-hub tarball deb clean bench fuzz lint score schema help
all: $(addprefix $(BUILD)/,$(PROGRAMS) $(SERVER)) $(BUILD)/passthru.db ## programs and the first database, in build/

define program_rules
$(BUILD)/$(1): $(call objects_of,$(ROOMS_$(1)))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) -o $$@ $$^ $(call libs_of,$(ROOMS_$(1)))
endef
$(foreach program,$(PROGRAMS) $(SERVER),$(eval $(call program_rules,$(program))))

$(BUILD)/hub/%.o: override CPPFLAGS += $(shell $(PKG_CONFIG) --cflags $(LIBS_hub))
$(BUILD)/%.o: %.c | $(GENERATED)
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/gen/%.o: $(BUILD)/gen/%.c | $(GENERATED)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# ---- the vocabulary, the findings and the fields of a report, each written once in schema/ ----------------------------
VOCABULARY := schema/vocabulary.tsv schema/findings.tsv
$(BUILD)/gen/vocabulary_values.h: schema/vocabulary.awk $(VOCABULARY)
	@mkdir -p $(@D)
	$(Q)awk -f schema/vocabulary.awk -v output=header $(VOCABULARY) > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/vocabulary_values.c: schema/vocabulary.awk $(VOCABULARY)
	@mkdir -p $(@D)
	$(Q)awk -f schema/vocabulary.awk -v output=source $(VOCABULARY) > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/gpu_tables.h: schema/gpu-tables.awk $(VOCABULARY) data/deliveries.tsv data/workarounds.tsv data/fixes.tsv
	@mkdir -p $(@D)
	$(Q)awk -f $^ > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/private_rules.h: schema/private-text.awk schema/private-text.tsv
	@mkdir -p $(@D)
	$(Q)awk -f $^ > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/report_fields.h: schema/report-fields.tsv schema/report-fields.awk
	@mkdir -p $(@D)
	$(Q)awk -f schema/report-fields.awk -v output=header schema/report-fields.tsv > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/report_fields.c: schema/report-fields.tsv schema/report-fields.awk
	@mkdir -p $(@D)
	$(Q)awk -f schema/report-fields.awk -v output=source schema/report-fields.tsv > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/questions.h: cli/questions.awk schema/report-fields.tsv cli/questions.tsv
	@mkdir -p $(@D)
	$(Q)awk -f $^ > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/help.c: cli/help.awk cli/help.txt
	@mkdir -p $(@D)
	$(Q)awk -f $^ > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/%_help.c: core/help.awk %/help.txt
	@mkdir -p $(@D)
	$(Q)awk -f $^ > $@.tmp && mv $@.tmp $@
# Comments go: SQLite would store them in the file and read them again at each start.
$(BUILD)/gen/%_sql.c: schema/%.sql schema/vocabulary.tsv schema/sql.awk
	@mkdir -p $(@D)
	$(Q)awk -f schema/sql.awk -v name=$* schema/vocabulary.tsv $< > $@.tmp && mv $@.tmp $@
$(BUILD)/gen/version.h: Makefile
	@mkdir -p $(@D)
	$(Q)echo '#define PASSTHRU_VERSION "$(VERSION)"' > $@
schema: ## write schema/*.tsv into schema/report.schema.json, docs/passthru-report.5 and docs/passthru.1
	schema/update-report-schema

# ---- the first database --------------------------------------------------------------------------------------------
DATA := $(wildcard data/*.tsv) $(shell find data/reports -name '*.ndjson')
REMOTES := $(wildcard data/remotes.d/*.conf)
# From where the database is made: root, who builds in somebody else's clone, works in a directory of root's then, and
# need not become that user (core/owner.h).
import = $(Q)cd $(@D) && $(abspath $(BUILD))/passthru-import import $(1) --data $$(realpath -m --relative-to=. $(CURDIR)/$(2)) --db $(@F) $(abspath $(PCI_IDS))
# Another PCI_IDS= makes another database, also when that file is older.
$(BUILD)/gen/pci_ids_file: always
	@mkdir -p $(@D)
	@echo '$(abspath $(PCI_IDS))' | cmp -s - $@ || echo '$(abspath $(PCI_IDS))' > $@
.PHONY: always
$(BUILD)/passthru.db: $(BUILD)/passthru-import $(DATA) $(PCI_IDS) $(BUILD)/gen/pci_ids_file
	$(if $(PCI_IDS),,$(error no pci.ids found: install the package pci.ids (Debian, Ubuntu) or hwdata (Fedora, Arch), or say make PCI_IDS=FILE))
	$(call say,DB,$@)
	$(call import,--force,data)

# ---- tests ---------------------------------------------------------------------------------------------------------
UNIT_TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/unit/%,$(wildcard tests/unit/test_*.c))
UNIT_ROOMS := importer hub feed probe answer db core
# All of the importer and the hub but their main().
UNIT_OBJECTS = $(filter-out $(BUILD)/importer/main.o $(BUILD)/hub/main.o,$(call objects_of,$(UNIT_ROOMS)))
$(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $(UNIT_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libs_of,$(UNIT_ROOMS)) $(shell $(PKG_CONFIG) --libs cmocka)
# What the command-line tests ask about parts that no command shows in full.
TEST_TOOLS := $(addprefix $(BUILD)/tests/unit/,aml_dump fetch pci_dump verify_signature)
.SECONDARY: $(UNIT_TESTS:=.o) $(TEST_TOOLS:=.o)

# Each fuzz target is also an ordinary program that replays its seeds.
FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_REPLAYS := $(addprefix $(BUILD)/tests/fuzz/fuzz_,$(FUZZ_TARGETS))
FUZZ_SEEDS := $(BUILD)/tests/fuzz/seeds
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(BUILD)/tests/fuzz/replay.o $(UNIT_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libs_of,$(UNIT_ROOMS))
$(FUZZ_SEEDS): tests/fuzz/make-seeds $(wildcard tests/machines/*.py) tests/cli/check_host.py $(wildcard tests/cli/check_*.tsv) $(wildcard tests/data/frozen/*.tsv) hub/site/series.tsv $(wildcard tests/data/symptom-*.tsv) tests/data/lspci-texts.txt tests/cli/lspci_texts.py
	@mkdir -p $@
	$(Q)PYTHONDONTWRITEBYTECODE=1 tests/fuzz/make-seeds $@ && touch $@

# libFuzzer brings its own main() and wants everything instrumented, so these programs are built apart: `make fuzz`
# calls make with another directory and compiler.
FUZZERS := $(addprefix $(BUILD)/tests/fuzz/libfuzzer_,$(FUZZ_TARGETS))
$(BUILD)/tests/fuzz/libfuzzer_%: $(BUILD)/tests/fuzz/fuzz_%.o $(UNIT_OBJECTS)
	$(call say,LINK,$@)
	$(Q)$(CC) $(LDFLAGS) -fsanitize=fuzzer -o $@ $^ $(call libs_of,$(UNIT_ROOMS))
.SECONDARY: $(addprefix $(BUILD)/tests/fuzz/fuzz_,$(FUZZ_TARGETS:=.o)) $(BUILD)/tests/fuzz/replay.o

FUZZ_SECONDS := 20
FUZZ_BUILD := build-fuzz
FUZZ_SANITIZE := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
.PHONY: fuzzers
fuzzers: $(FUZZERS) $(FUZZ_SEEDS)
fuzz: ## fuzz each target for FUZZ_SECONDS=20, two at a time, with clang
	+@$(MAKE) BUILD=$(FUZZ_BUILD) CC=clang SAN=1 SANITIZE='$(FUZZ_SANITIZE)' fuzzers
	@tests/fuzz/fuzz-all $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# The tests run on a copy of the data that stays as it is: tests/data/freeze. What is shipped is tested for its form.
FROZEN := tests/data/frozen
FROZEN_DB := $(BUILD)/tests/frozen.db
$(FROZEN_DB): $(BUILD)/passthru-import $(shell find $(FROZEN) -type f) $(PCI_IDS) $(BUILD)/gen/pci_ids_file
	@mkdir -p $(@D)
	$(call say,DB,$@)
	$(call import,--quiet --force,$(FROZEN))

TESTED := all $(FROZEN_DB) $(UNIT_TESTS) $(TEST_TOOLS) $(FUZZ_REPLAYS) $(FUZZ_SEEDS)
check: $(TESTED) ## all tests
	@tests/run $(BUILD)
check-quick: $(TESTED) ## the tests that need no web server and no valgrind
	@tests/run --quick $(BUILD)

examples: all ## write the answers that README.md and docs/ show, from the frozen data
	@tests/examples $(BUILD)

check-long: all ## the tests that need minutes, root and a mirror of Debian: packages in chroots
	@tests/run $(BUILD) tests/long/*.test

bench: all ## speed and size, as ratios against peers in the same run
	@tests/bench/bench $(BUILD) $(PCI_IDS)
	@tests/bench/hub $(BUILD)

TRUTH := ../shared/data
score: all ## compare the annotation with truth tables (TRUTH=DIRECTORY), score names, logs, configurations, what is private, and the verdict on reports left out
	@tests/score-privacy $(BUILD)/passthru-import tests/data/frozen tests/data/examples/pci.ids tests/data/private-texts.tsv
	@tests/score $(BUILD)/passthru $(BUILD)/passthru.db $(TRUTH)
	@tests/score-logs $(BUILD)/passthru $(BUILD)/passthru.db $(TRUTH)
	@tests/score-configs $(BUILD)/passthru $(TRUTH)
	@tests/score-names $(BUILD)/passthru $(BUILD)/passthru.db $(TRUTH) data
	@tests/score-verdict --picture $(BUILD)/calibration.svg $(BUILD)/passthru $(BUILD)/passthru-import data $(firstword $(wildcard $(TRUTH)/pci.ids) $(PCI_IDS))
	@tests/data/check_consensus.py $(BUILD)/passthru $(BUILD)/passthru.db

C_FILES = $(wildcard $(foreach room,core db answer feed probe importer hub cli tests/unit tests/fuzz,$(room)/*.[ch]))
lint: $(GENERATED) ## layout, static analysis, shell scripts, spelling
	clang-format --dry-run -Werror $(C_FILES)
	cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability --inline-suppr \
	  --suppress=missingIncludeSystem --suppress=ctuuninitvar --include=$(shell $(PKG_CONFIG) --variable=includedir jansson)/jansson.h -D_GNU_SOURCE -I. -I$(BUILD)/gen core db answer feed probe importer hub cli
	shellcheck -x tests/run tests/distributions tests/fuzz/fuzz-all tests/long/*.sh tests/long/*.test tests/data/freeze tests/data/excerpt-pci-ids tests/cli/*.sh tests/cli/*.bash tests/cli/*.test \
	  tests/long/hub_machine tests/long/systemctl contrib/completion/*.bash contrib/install.sh debian/*.postinst debian/*.postrm .ci/run
	mandoc -T lint -W warning docs/*.[158]
	codespell -q 3 --skip '*.ndjson,tests/cli/cli.test,tests/unit/test_annotator.c,tests/fuzz/make-seeds' -L als,te,nd,ist,ser,serie,numer,buildd,avance,tyes,snyc,hda,iif,uncorrect,renderd,busses,modul core db answer feed probe importer hub cli schema data docs tests contrib README.md Makefile

# ---- installation --------------------------------------------------------------------------------------------------
# An installed passthru finds ../share/passthru/passthru.db from where it lies, passthru-import ../share/passthru/data.
BIN_DIR = $(DESTDIR)$(PREFIX)/bin
SHARE_DIR = $(DESTDIR)$(PREFIX)/share/passthru
DOC_DIR = $(DESTDIR)$(PREFIX)/share/doc/passthru
MAN_DIR = $(DESTDIR)$(PREFIX)/share/man
BASH_DIR = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
ZSH_DIR = $(DESTDIR)$(PREFIX)/share/zsh/site-functions
FISH_DIR = $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
UNIT_DIR = $(DESTDIR)$(PREFIX)/lib/systemd/system
SYSUSERS_DIR = $(DESTDIR)$(PREFIX)/lib/sysusers.d
TMPFILES_DIR = $(DESTDIR)$(PREFIX)/lib/tmpfiles.d
DOCUMENTS := $(wildcard README.md CHANGELOG.md CONTRIBUTING.md LICENSE docs/*.md docs/*.conf)
SCHEMA := $(wildcard schema/*.json schema/*.tsv schema/*.sql schema/*.md)
MANUALS_1 := $(wildcard docs/*.1)
MANUALS_5 := $(wildcard docs/*.5)
ZSH_COMPLETION := $(wildcard contrib/completion/_*)
FISH_COMPLETION := $(wildcard contrib/completion/*.fish)

# install_files FILE...,DIRECTORY: into a directory that is made for them; nothing when there are none.
install_files = $(if $(1),$(Q)install -d "$(2)" && install -m 644 $(1) "$(2)")
# The database is installed as `make` left it, and the pci.ids that it was built from with the data: built with
# PCI_IDS=FILE, it is not rebuilt from the system's list, now or by a later import.
install: $(addprefix $(BUILD)/,$(PROGRAMS)) $(if $(wildcard $(BUILD)/passthru.db),,$(BUILD)/passthru.db) ## copy all that a user needs below $(DESTDIR)$(PREFIX)
	$(Q)install -d "$(BIN_DIR)" "$(SHARE_DIR)" "$(BASH_DIR)" "$(UNIT_DIR)" "$(SYSUSERS_DIR)" "$(TMPFILES_DIR)"
	$(Q)install -m 755 $(addprefix $(BUILD)/,$(PROGRAMS)) "$(BIN_DIR)"
	$(call install_files,$(MANUALS_1),$(MAN_DIR)/man1)
	$(call install_files,$(MANUALS_5),$(MAN_DIR)/man5)
	$(call install_files,$(DOCUMENTS),$(DOC_DIR))
	$(call install_files,$(ZSH_COMPLETION),$(ZSH_DIR))
	$(call install_files,$(FISH_COMPLETION),$(FISH_DIR))
	$(Q)install -m 644 contrib/completion/passthru.bash "$(BASH_DIR)/passthru"
	$(Q)ln -sf passthru "$(BASH_DIR)/passthru-import"
	$(Q)sed 's|/usr/local/bin|$(PREFIX)/bin|' contrib/systemd/passthru-sync.service | install -m 644 /dev/stdin "$(UNIT_DIR)/passthru-sync.service"
	$(Q)install -m 644 contrib/systemd/passthru-sync.timer "$(UNIT_DIR)"
	$(Q)install -m 644 contrib/systemd/passthru.sysusers "$(SYSUSERS_DIR)/passthru.conf"
	$(Q)install -m 644 contrib/systemd/passthru.tmpfiles "$(TMPFILES_DIR)/passthru.conf"
	$(Q)install -m 755 contrib/record-machine "$(SHARE_DIR)"
	$(Q)rm -rf "$(SHARE_DIR)/data" "$(SHARE_DIR)/schema" "$(SHARE_DIR)/recording"
	$(call install_files,$(wildcard contrib/recording/*.py),$(SHARE_DIR)/recording)
	$(call install_files,$(SCHEMA),$(SHARE_DIR)/schema)
	$(Q)for file in $(DATA) $(REMOTES) data/README.md; do install -D -m 644 "$$file" "$(SHARE_DIR)/$$file" || exit 1; done
	$(Q)[ ! -r $(BUILD)/passthru.db.sources/pci.ids ] || install -m 644 $(BUILD)/passthru.db.sources/pci.ids "$(SHARE_DIR)/data"
# Renamed into place: a query that runs meanwhile has the old database or the new one.
	$(Q)install -m 644 $(BUILD)/passthru.db "$(SHARE_DIR)/passthru.db.new"
	$(Q)mv -f "$(SHARE_DIR)/passthru.db.new" "$(SHARE_DIR)/passthru.db"
# The hub is for those who run one: not a part of `make install`.
HUB_DOC_DIR = $(DESTDIR)$(PREFIX)/share/doc/passthru-hub
HUB_SITE_DIR = $(DESTDIR)$(PREFIX)/share/passthru-hub/site
HUB_UNITS := $(wildcard contrib/systemd/passthru-hub*.service contrib/systemd/passthru-hub*.socket contrib/systemd/passthru-hub*.timer)
install-hub: $(BUILD)/passthru-hub ## copy what the maintainer of a hub needs below $(DESTDIR)$(PREFIX)
	$(Q)install -d "$(BIN_DIR)" "$(UNIT_DIR)" "$(SYSUSERS_DIR)" "$(TMPFILES_DIR)"
	$(Q)install -m 755 $(BUILD)/passthru-hub "$(BIN_DIR)"
	$(call install_files,$(wildcard docs/*.8),$(MAN_DIR)/man8)
	$(call install_files,contrib/nginx-passthru-hub.conf,$(HUB_DOC_DIR)/examples)
	$(call install_files,$(wildcard hub/site/*),$(HUB_SITE_DIR))
	$(Q)for unit in $(HUB_UNITS); do sed 's|/usr/local/bin|$(PREFIX)/bin|' "$$unit" | install -m 644 /dev/stdin "$(UNIT_DIR)/$${unit##*/}" || exit 1; done
	$(Q)install -m 644 contrib/systemd/passthru-hub.sysusers "$(SYSUSERS_DIR)/passthru-hub.conf"
	$(Q)install -m 644 contrib/systemd/passthru-hub.tmpfiles "$(TMPFILES_DIR)/passthru-hub.conf"
# A directory is removed when it is the program's own and empty.
uninstall: ## remove what install put there, and nothing else
	$(Q)rm -f $(foreach program,$(PROGRAMS),"$(BIN_DIR)/$(program)" "$(BASH_DIR)/$(program)") \
	  $(foreach file,$(notdir $(MANUALS_1)),"$(MAN_DIR)/man1/$(file)") $(foreach file,$(notdir $(MANUALS_5)),"$(MAN_DIR)/man5/$(file)") \
	  $(foreach file,$(notdir $(DOCUMENTS)),"$(DOC_DIR)/$(file)") \
	  $(foreach file,$(notdir $(ZSH_COMPLETION)),"$(ZSH_DIR)/$(file)") $(foreach file,$(notdir $(FISH_COMPLETION)),"$(FISH_DIR)/$(file)") \
	  "$(UNIT_DIR)/passthru-sync.service" "$(UNIT_DIR)/passthru-sync.timer" "$(SYSUSERS_DIR)/passthru.conf" "$(TMPFILES_DIR)/passthru.conf" \
	  "$(SHARE_DIR)/passthru.db" "$(SHARE_DIR)/record-machine"
	$(Q)rm -rf "$(SHARE_DIR)/data" "$(SHARE_DIR)/schema" "$(SHARE_DIR)/recording"
	$(Q)for directory in "$(SHARE_DIR)" "$(DOC_DIR)"; do \
	  [ ! -d "$$directory" ] || rmdir --ignore-fail-on-non-empty "$$directory" || exit 1; done
uninstall-hub: ## remove what install-hub put there; the store, the key and what is published stay
	$(Q)rm -f "$(BIN_DIR)/passthru-hub" $(foreach file,$(notdir $(wildcard docs/*.8)),"$(MAN_DIR)/man8/$(file)") \
	  $(foreach unit,$(notdir $(HUB_UNITS)),"$(UNIT_DIR)/$(unit)") "$(SYSUSERS_DIR)/passthru-hub.conf" "$(TMPFILES_DIR)/passthru-hub.conf"
	$(Q)rm -rf "$(HUB_SITE_DIR)" "$(HUB_DOC_DIR)/examples"
	$(Q)for directory in "$(dir $(HUB_SITE_DIR))" "$(HUB_DOC_DIR)"; do \
	  [ ! -d "$$directory" ] || rmdir --ignore-fail-on-non-empty "$$directory" || exit 1; done

# ---- packages ------------------------------------------------------------------------------------------------------
# Both build in directories of their own, from the files of this one.
MACHINE := $(shell uname -m)
TARBALL = passthru-$(VERSION)-$(MACHINE)
STAGE = build-tarball
# The same tree gives the same bytes: files sorted, nobody's, and of one time.
SOURCE_DATE_EPOCH ?= $(or $(shell git log -1 --format=%ct 2>/dev/null),$(shell stat -c %Y Makefile))
tarball: ## dist/passthru-VERSION-MACHINE.tar.xz: programs that need nothing but glibc, with install.sh
	+$(Q)$(MAKE) BUNDLE=1 all
	$(Q)rm -rf $(STAGE) && mkdir -p dist $(STAGE)
	+$(Q)$(MAKE) -s BUNDLE=1 install DESTDIR=$(STAGE)/system PREFIX=/usr/local
	$(Q)mv $(STAGE)/system/usr/local $(STAGE)/$(TARBALL)
	$(Q)strip $(foreach program,$(PROGRAMS),$(STAGE)/$(TARBALL)/bin/$(program))
# The newest version that a symbol of glibc is asked for in.
	$(Q)glibc=$$(readelf -V $(STAGE)/$(TARBALL)/bin/* | grep -o 'GLIBC_[0-9.]*' | sort -uV | tail -1) && \
	  sed "s/@GLIBC@/$${glibc#GLIBC_}/; s/@MACHINE@/$(MACHINE)/" contrib/install.sh > $(STAGE)/$(TARBALL)/install.sh && chmod 755 $(STAGE)/$(TARBALL)/install.sh
	$(Q)tar -C $(STAGE) --sort=name --owner=0 --group=0 --numeric-owner --mtime=@$(SOURCE_DATE_EPOCH) \
	  --format=ustar -cf - $(TARBALL) | xz -9 > dist/$(TARBALL).tar.xz.new
	$(Q)mv dist/$(TARBALL).tar.xz.new dist/$(TARBALL).tar.xz
	@ls -s --block-size=KiB dist/$(TARBALL).tar.xz
deb: ## dist/passthru_VERSION_*.deb and passthru-hub_VERSION_*.deb, for the Debian that it is built on
	$(Q)command -v dpkg-buildpackage >/dev/null || { echo "make deb: install build-essential and debhelper" >&2; exit 1; }
	$(Q)rm -rf build-deb && mkdir -p build-deb/passthru dist
	$(Q)tar --exclude=./.git --exclude='./build*' --exclude=./dist -cf - . | tar -C build-deb/passthru -xf -
	$(Q)cd build-deb/passthru && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL DEB_BUILD_OPTIONS=noautodbgsym\ parallel=$$(nproc) \
	  dpkg-buildpackage --build=binary --no-sign
	$(Q)mv build-deb/*.deb dist
	@ls -s --block-size=KiB dist/*.deb

clean: ## remove what was built
	rm -rf build build-san build-bundle build-tarball build-deb dist $(FUZZ_BUILD)
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
