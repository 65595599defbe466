# Ubuntu 24.04 (glibc 2.39, libstdc++ of GCC 14) carries every library that libtorch, TorchSharp, Skia and SQLite name: docs/deploy.md.

FROM mcr.microsoft.com/dotnet/sdk:10.0-noble AS build
WORKDIR /source

# What decides the packages comes first, so that a change of code keeps the layer that holds them.
COPY .editorconfig global.json Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build/ build/
COPY src/Directory.Build.props src/
COPY src/Domain/Domain.csproj src/Domain/packages.lock.json src/Domain/
COPY src/Training/Training.csproj src/Training/packages.lock.json src/Training/
COPY src/Api/Api.csproj src/Api/packages.lock.json src/Api/
RUN dotnet restore src/Api -r linux-x64 --locked-mode

COPY src/ src/
RUN dotnet publish src/Api -c Release -r linux-x64 --no-self-contained --no-restore -o /app \
    && mkdir /data

# Chiselled: no shell, no package manager, and the user app (1654) instead of root.
FROM mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled
WORKDIR /app
COPY --from=build /app .
COPY --from=build --chown=1654:1654 /data /data

# The base image sets ASPNETCORE_HTTP_PORTS=8080. Without diagnostics the runtime opens no socket in /tmp; only uploads are buffered there.
# glibc gives each of many threads a heap of its own and returns little of them: docs/reliability.md has the figures.
ENV DOTNET_EnableDiagnostics=0 \
    MALLOC_ARENA_MAX=2 \
    Store__Folder=/data
USER 1654
VOLUME /data
EXPOSE 8080

HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --start-interval=1s --retries=3 \
    CMD ["dotnet", "AutoencoderApi.Api.dll", "health"]
ENTRYPOINT ["dotnet", "AutoencoderApi.Api.dll"]
