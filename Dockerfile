# One recipe for every service: docker build --build-arg SERVICE=oms .
# BASE_IMAGE may name a mirror or a digest; its Python should be the version that requirements.lock was made with.
ARG BASE_IMAGE=python:3.11-slim

FROM ${BASE_IMAGE} AS build
WORKDIR /build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
COPY requirements.lock ./
RUN python -m venv /opt/tools && /opt/tools/bin/python -m pip install --require-hashes --no-deps -r requirements.lock
COPY libs libs
COPY services services
COPY deploy/runtime_lock.py deploy/runtime_lock.py
ARG SERVICE
RUN test -n "${SERVICE}" || { echo "say which service: --build-arg SERVICE=oms" >&2; exit 1; }
RUN /opt/tools/bin/python deploy/runtime_lock.py "${SERVICE}" \
    && python -m venv /opt/crossbook \
    && /opt/crossbook/bin/python -m pip install --require-hashes --no-deps -r runtime.lock \
    && xargs -a members.txt /opt/tools/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir wheels \
    && /opt/crossbook/bin/python -m pip install --no-deps --no-index wheels/*.whl \
    && /opt/crossbook/bin/python -m compileall -q /opt/crossbook/lib

FROM ${BASE_IMAGE}
ARG SERVICE
LABEL org.opencontainers.image.title="crossbook ${SERVICE}"
# The same numeric user in every container: they share the directory of sockets, which is closed to everybody else.
RUN groupadd --gid 10001 crossbook && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin crossbook \
    && install -d -o crossbook -g crossbook -m 0755 /app && install -d -o crossbook -g crossbook -m 0700 /app/run
COPY --from=build /opt/crossbook /opt/crossbook
ENV PATH=/opt/crossbook/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY config config
# A volume mounted over it takes this directory's owner and mode as its own.
VOLUME /app/run
USER 10001:10001
