using Insp1r.Testing.Stack;

namespace Insp1r.System.Tests;

public sealed class StartTests(Platform platform)
{
    [Fact]
    public void Stack_AfterUp_HasAllResourcesRunning() => Assert.True(platform.Stack.Status.AllRunning, $"{platform.Stack.Status}");
}
