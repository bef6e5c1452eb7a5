# Every target first brings .venv up to the lock; nothing else has to be installed but Python, make and git.
# `make` alone lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/sh
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
RUN_STAMP := $(VENV)/requirements.lock.installed
DEV_STAMP := $(VENV)/requirements-dev.lock.installed
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: help run test chaos bench pictures lint fix migrate migration lock

help:  ## List the targets / 列出命令
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: $(RUN_STAMP)  ## Start everything on this machine; Ctrl-C stops it / 在本机启动全部服务
	@exec $(BIN)/python -m dev.run

test: $(DEV_STAMP)  ## Run every test on SQLite, PostgreSQL and Valkey / 运行全部测试 (ARGS="tests/house -k …")
	@$(BIN)/python -m pytest -n $${TEST_WORKERS:-2} --dist loadfile --no-loadscope-reorder $(ARGS)

chaos: $(DEV_STAMP)  ## Kill real processes in rounds; goes on where it stopped / 乱拳测试 (ROUNDS=200, SEED=17, DB=sqlite, MANY=1, BODIES=100000)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(DB),--db $(DB)) $(if $(MANY),--many) $(if $(BODIES),--bodies $(BODIES)) $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

bench: $(DEV_STAMP)  ## Measure it against the plainest thing that could work / 性能对比
	@$(BIN)/python -m bench $(ARGS)

pictures: $(DEV_STAMP)  ## Take the pictures of the README anew / 重拍说明里的图片 (ARGS="desk month")
	@$(BIN)/python -m tests.pictures $(ARGS)

lint: $(DEV_STAMP)  ## Check style, types and who may import whom / 检查代码
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: $(DEV_STAMP)  ## Mend what can be mended automatically / 自动修正代码格式
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

migrate: $(RUN_STAMP)  ## Bring the database up to date / 升级数据库
	@$(BIN)/flask --app app db upgrade

migration: $(DEV_STAMP)  ## Write the next numbered migration: make migration m="what changes" / 新建迁移
	@test -n "$(m)" || { echo 'say what changes: make migration m="surveys have a language"' >&2; exit 2; }
	@$(BIN)/flask --app app db upgrade
	@$(BIN)/flask --app app db revision "$(m)"

lock: $(DEV_STAMP)  ## Resolve the requirements anew: make lock ARGS=--upgrade / 更新依赖锁定
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		$(ARGS) pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-emit-find-links --no-header \
		$(ARGS) -c requirements.lock --group dev pyproject.toml -o requirements-dev.lock

# The virtual environment. A Python counts when it is new enough and can make one (Debian splits that off).
$(BIN)/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3.14 python3 python; do \
		if $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
			echo "Setting up $(VENV) with $$($$python --version), once… / 正在准备运行环境…"; \
			exec $$python -m venv $(VENV); \
		fi; \
	done; \
	echo 'Huiyin needs Python 3.11 or newer with its venv module. None was found.' >&2; \
	echo 'Install one (Debian, Ubuntu: apt install python3-venv), or name it: make run PYTHON=/path/to/python3' >&2; \
	echo '需要 Python 3.11 或更新版本（含 venv 模块）。请先安装，或用 PYTHON= 指定。' >&2; exit 1

$(RUN_STAMP): requirements.lock | $(BIN)/python
	@echo 'Installing requirements.lock… / 正在安装依赖…'
	@$(INSTALL) -r requirements.lock
	@touch $@

$(DEV_STAMP): requirements-dev.lock | $(BIN)/python
	@echo 'Installing requirements-dev.lock… / 正在安装开发依赖…'
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
