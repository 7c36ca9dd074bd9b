namespace Insp1r.AppHost.Running;

/// <summary>The checkout that this program runs from.</summary>
internal static class Checkout
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Insp1r.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} is not in a checkout: no folder above it has Insp1r.sln.");
    }
}
