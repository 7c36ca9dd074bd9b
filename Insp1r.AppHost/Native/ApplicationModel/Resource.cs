using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

public interface IResourceAnnotation;

public interface IResource
{
    string Name { get; }
    ResourceAnnotationCollection Annotations { get; }
}

public interface IResourceWithEnvironment : IResource;

public interface IResourceWithArgs : IResource;

public interface IResourceWithEndpoints : IResource;

public interface IResourceWithWaitSupport : IResource;

public interface IResourceWithParent : IResource
{
    IResource Parent { get; }
}

public interface IResourceWithParent<out T> : IResourceWithParent where T : IResource
{
    new T Parent { get; }
    IResource IResourceWithParent.Parent => Parent;
}

public interface IResourceWithConnectionString : IResource
{
    ValueTask<string?> GetConnectionStringAsync(CancellationToken cancellationToken = default);

    /// <summary>The parts of the connection string, as <c>{NAME}_{KEY}</c> variables of whoever references this resource.</summary>
    IEnumerable<KeyValuePair<string, string>> GetConnectionProperties();
}

public sealed class ResourceAnnotationCollection : Collection<IResourceAnnotation>;

public abstract class Resource : IResource
{
    protected Resource(string name)
    {
        ResourceNames.ThrowIfInvalid(name);
        Name = name;
    }

    public virtual string Name { get; }

    public virtual ResourceAnnotationCollection Annotations { get; } = [];
}

internal static class ResourceNames
{
    /// <summary>Aspire's rule: 1 to 64 ASCII letters, digits and hyphens, a letter first, no double hyphen and none at the end.</summary>
    public static void ThrowIfInvalid(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);

        if (name.Length > 64)
            throw Invalid(name, "is longer than 64 characters");
        if (!char.IsAsciiLetter(name[0]))
            throw Invalid(name, "must start with an ASCII letter");
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw Invalid(name, "may hold only ASCII letters, digits and hyphens");
        if (name.Contains("--", StringComparison.Ordinal))
            throw Invalid(name, "holds two hyphens in a row");
        if (name[^1] == '-')
            throw Invalid(name, "ends with a hyphen");
    }

    private static ArgumentException Invalid(string name, string reason) =>
        new($"The resource name '{name}' {reason}.", nameof(name));
}
