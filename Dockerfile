# For linux/amd64 and linux/arm64. The last stage is the full image; --target slim is the one without libtorch, which trains and answers by the SIMD
# kernels alone. On arm64 both are that one: libtorch is not published for it. Needs BuildKit (Docker 23 or newer); how to pin the bases: docs/deploy.md.
# Ubuntu 24.04 (glibc 2.39, libstdc++ of GCC 14) carries every library that libtorch, TorchSharp, Skia and SQLite name.
ARG SDK=mcr.microsoft.com/dotnet/sdk:10.0-noble
ARG ASPNET=mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled

# .NET compiles for another CPU as fast as for its own: the build runs on the machine's.
FROM --platform=$BUILDPLATFORM ${SDK} AS source
WORKDIR /source

# What decides the packages comes first, so that a change of code keeps the layer that restores them. The packages themselves lie in a cache
# of the builder's, so that a change of one fetches that one. Restoring for a system does not fetch the compiler of PublishReadyToRun unless told.
COPY .editorconfig global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build/ build/
COPY src/Directory.Build.props src/
COPY src/Domain/Domain.csproj src/Domain/packages.lock.json src/Domain/
COPY src/Training/Training.csproj src/Training/packages.lock.json src/Training/
COPY src/Api/Api.csproj src/Api/packages.lock.json src/Api/
ARG TARGETARCH=amd64
RUN --mount=type=cache,id=autoencoder-nuget,target=/root/.nuget/packages,sharing=locked \
    dotnet restore src/Api -a $TARGETARCH -p:PublishReadyToRun=true --locked-mode
COPY LICENSE THIRD-PARTY-NOTICES.txt ./
COPY src/ src/
RUN mkdir ../data

# The analyzers have spoken where the code was written: ./test builds with them.
FROM source AS build
RUN --mount=type=cache,id=autoencoder-nuget,target=/root/.nuget/packages,sharing=locked \
    dotnet publish src/Api -c Release -a $TARGETARCH --no-self-contained --no-restore -p:RunAnalyzers=false -o ../app

# A sixth of libtorch is the names of its functions, which only a debugger reads.
FROM build AS stripped
RUN [ ! -e /app/libtorch_cpu.so ] || { apt-get update && apt-get install -y --no-install-recommends binutils && strip --strip-unneeded /app/libtorch_cpu.so; }

FROM source AS build-slim
RUN --mount=type=cache,id=autoencoder-nuget,target=/root/.nuget/packages,sharing=locked \
    dotnet publish src/Api -c Release -a $TARGETARCH -p:Libtorch=false --no-self-contained --no-restore -p:RunAnalyzers=false -o ../app

# Chiselled: no shell, no package manager, and the user app (1654) instead of root.
FROM ${ASPNET} AS base
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="AutoencoderApi" \
      org.opencontainers.image.description="Trains convolutional autoencoders on MNIST-like digits by HTTP, and shows every layer" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}" \
      org.opencontainers.image.source="${SOURCE}"
WORKDIR /app
COPY --from=source --chown=1654:1654 /data /data

# The base image sets ASPNETCORE_HTTP_PORTS=8080. Without diagnostics the runtime opens no socket in /tmp; only uploads are buffered there.
# glibc gives each of many threads a heap of its own and returns little of them: docs/performance.md has the figures.
ENV DOTNET_EnableDiagnostics=0 \
    MALLOC_ARENA_MAX=2 \
    Store__Folder=/data
USER 1654
VOLUME /data
EXPOSE 8080

# Each check starts a process of .NET, a third of a second of a core's time: not every second, and with time enough on a machine whose cores train.
HEALTHCHECK --interval=15s --timeout=15s --start-period=30s --start-interval=3s --retries=3 \
    CMD ["dotnet", "AutoencoderApi.Api.dll", "health"]
ENTRYPOINT ["dotnet", "AutoencoderApi.Api.dll"]

FROM base AS slim
COPY --from=build-slim /app .

FROM base
COPY --from=stripped /app .
