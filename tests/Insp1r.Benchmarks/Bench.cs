using Insp1r.Benchmarks.Figures;
using Insp1r.Benchmarks.Harness;

namespace Insp1r.Benchmarks;

/// <summary>What all figures share: how long to measure, a folder to work in, the checkout.</summary>
internal sealed class Bench(Settings settings) : IAsyncDisposable
{
    public Settings Settings { get; } = settings;

    private Platform? _platform;
    private bool _isSeeded;

    /// <summary>Gone afterwards. Servers that run under users of their own may pass through.</summary>
    public string Folder { get; } = MakeFolder();

    public static string Root { get; } = Environment.GetEnvironmentVariable("INSP1R_ROOT") ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", ".."));

    /// <summary>The assembly of another project, built as this one was: in the same configuration, for the same framework.</summary>
    public string AssemblyOf(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var assembly = Path.Combine(Root, project, "bin", framework.Parent!.Name, framework.Name, Path.GetFileName(project) + ".dll");
        return File.Exists(assembly) ? assembly : throw new InvalidOperationException($"{assembly} is missing: build the solution first.");
    }

    /// <summary>Takes these figures one after the other. One that cannot be taken is reported, and does not cost the others.</summary>
    public async Task TakeAsync(IEnumerable<Figure> figures, Report report, CancellationToken ct)
    {
        foreach (var figure in figures)
        {
            report.Begin(figure);
            try
            {
                await figure.MeasureAsync(this, report, ct);
            }
            catch (MissingToolException e)
            {
                report.Omit(figure.Name, e.Message);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                report.Fail(e.Message);
            }
        }
    }

    /// <summary>The platform with some thousand organisations, started when a figure first needs it.</summary>
    public async Task<Platform> PlatformAsync(CancellationToken ct)
    {
        _platform ??= await Platform.StartAsync(ct);
        await _platform.RenewTokenAsync(ct);
        if (!_isSeeded)
            await Organisations.SeedAsync(_platform, Settings.Choose(full: 5_000, quick: 5_000, proof: 500), ct);
        _isSeeded = true;
        return _platform;
    }

    /// <summary>A folder for one figure's files.</summary>
    public string FolderFor(string name) => Directory.CreateDirectory(Path.Combine(Folder, name)).FullName;

    public async ValueTask DisposeAsync()
    {
        if (_platform is not null)
            await _platform.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static string MakeFolder()
    {
        var folder = Directory.CreateTempSubdirectory("insp1r-bench-").FullName;
        File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }
}
